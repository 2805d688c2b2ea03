"""A slip of the finger decides no ranking: an implausible number is held until it is confirmed."""

import asyncio
from typing import Any

import pytest
from alembic import command
from structlog.testing import capture_logs

from shared.database import Database
from shared.database.migration import configuration, migrate
from tests.fixtures.ask import rows
from tests.fixtures.http import key, problem
from tests.fixtures.make import STATIONS, World
from tests.submissions.plausible import PATH, ROUND, listed, open_round, say, scores


@pytest.fixture
async def round_(world: World) -> World:
    """Give a world with a round whose counts have to be plausible, and three of them."""
    await open_round(world)
    for applicant, value in (("C1", 700), ("C2", 900), ("P1", 800)):
        assert (await say(world, value, applicant)).json()["set_aside"] is None
    return world


def warned(answer: Any) -> list[str]:
    """Return the codes of an answer's warnings."""
    return [each["code"] for each in answer.json()["warnings"]]


@pytest.mark.parametrize(
    ("value", "reason"),
    [(0, "below-plausible"), (10_001, "above-plausible"), (2101, "implausible-change")],
)
async def test_a_held_number_moves_no_score(round_: World, value: float, reason: str) -> None:
    before = await scores(round_)

    answer = await say(round_, value)

    assert (answer.status_code, answer.json()["set_aside"]) == (201, reason)
    assert warned(answer)[0] == reason
    assert await scores(round_) == before
    assert (value, reason) in await listed(round_)
    assert await listed(round_, set_aside="held") == [(value, reason)]


async def test_a_minimal_answer_to_a_file_keeps_the_rows_that_do_not_count(round_: World) -> None:
    rows = [
        {"applicant": code, "measure": STATIONS, "value": value, "as_of": "2026-06-02"}
        for code, value in (("C1", 701), ("C2", 10_001))
    ]
    headers = round_.headers["source"] | {"Prefer": "return=minimal"}

    answer = await round_.client.post(f"{PATH}/batch", json={"items": rows}, headers=headers)

    (item,) = answer.json()["items"]
    assert (item["index"], item["set_aside"]) == (1, "above-plausible")
    assert item["warnings"][0]["code"] == "above-plausible"


async def test_the_only_number_of_an_applicant_is_held_and_counts_as_missing(
    world: World,
) -> None:
    await open_round(world)
    before = await scores(world)

    assert (await say(world, 100_000_000_000)).json()["result"] == "created"

    assert await scores(world) == before


async def test_the_reporter_confirms_by_saying_it_again(round_: World, owner: Database) -> None:
    before = await scores(round_)
    held = (await say(round_, 5000)).json()

    confirmed = await say(round_, 5000, confirm=True)

    assert confirmed.json()["result"] == "revised"
    assert confirmed.json()["set_aside"] is None
    assert await listed(round_, set_aside="held") == []
    assert await scores(round_) != before
    ((actor, detail),) = await rows(
        owner, "SELECT actor, detail FROM audit_event WHERE action = 'submission.confirmed'"
    )
    assert (actor, detail["held"]) == ("source", held["id"])
    assert (detail["before"], detail["after"], detail["reason"]) == (700, 5000, None)
    shown = (await round_.call("auditor", "GET", PATH)).json()["items"]
    assert [each["confirmed_by"] for each in shown][-1] == "reporter"


async def test_an_administrator_confirms_with_a_reason(round_: World, owner: Database) -> None:
    held = (await say(round_, 5000)).json()["id"]
    path = f"{PATH}/{held}/confirmation"

    answer = await round_.call("admin", "POST", path, {"reason": "Read off the register."})

    assert answer.status_code == 201, answer.text
    assert (answer.json()["result"], answer.json()["set_aside"]) == ("revised", None)
    shown = (await round_.call("auditor", "GET", PATH)).json()["items"][-1]
    assert (shown["reporter"], shown["value"]) == ("source", 5000)
    assert (shown["confirmed_by"], shown["revision"]) == ("administrator", 2)
    ((actor, detail),) = await rows(
        owner, "SELECT actor, detail FROM audit_event WHERE action = 'submission.confirmed'"
    )
    assert (actor, detail["reason"]) == ("admin", "Read off the register.")
    assert (detail["before"], detail["after"]) == (700, 5000)
    again = await round_.call("admin", "POST", path, {"reason": "Again."})
    problem(again, 409, "not-held")


async def test_only_what_awaits_it_is_confirmed(round_: World, owner: Database) -> None:
    stands = (await say(round_, 710)).json()["id"]
    held = (await say(round_, 5000)).json()["id"]
    reason = {"reason": "Why not."}
    some = await key(owner, "admin", "some", applicants=["C2"])

    problem(
        await round_.call("admin", "POST", f"{PATH}/{stands}/confirmation", reason), 409, "not-held"
    )
    problem(
        await round_.call("admin", "POST", f"{PATH}/9999/confirmation", reason), 404, "not-found"
    )
    problem(
        await round_.call("source", "POST", f"{PATH}/{held}/confirmation", reason), 403, "forbidden"
    )
    beyond = await round_.client.post(f"{PATH}/{held}/confirmation", json=reason, headers=some)
    problem(beyond, 404, "not-found")
    await say(round_, 720)
    problem(
        await round_.call("admin", "POST", f"{PATH}/{held}/confirmation", reason), 409, "not-held"
    )


async def test_nothing_is_confirmed_in_a_closed_round(round_: World) -> None:
    held = (await say(round_, 5000)).json()["id"]
    await round_.call(
        "admin", "POST", f"/rounds/{ROUND}/transitions", {"to": "closed", "reason": "x"}
    )

    answer = await round_.call("admin", "POST", f"{PATH}/{held}/confirmation", {"reason": "Late."})

    problem(answer, 409, "round-not-open")


async def test_what_comes_late_is_kept_and_does_not_count(round_: World) -> None:
    """700, corrected to 650; then the first request is repeated after its time-out."""
    early, later = "2026-06-02T08:00:00+08:00", "2026-06-02T00:30:00Z"
    await say(round_, 700, "C2", reported_at=early)
    correction = (await say(round_, 650, "C2", reported_at=later)).json()
    before = await scores(round_)

    late = [await say(round_, 700, "C2", reported_at=early) for _ in range(3)]

    assert {each.json()["result"] for each in late} == {"unchanged"}
    assert {each.json()["id"] for each in late} == {correction["id"]}
    assert warned(late[0]) == ["superseded"]
    assert await scores(round_) == before
    assert await listed(round_, set_aside="superseded") == [(700, "superseded")]
    shown = (await round_.call("auditor", "GET", PATH, applicant="C2")).json()["items"]
    assert shown[-1]["reported_at"] == "2026-06-02T00:00:00Z"


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        ({"reported_at": "2026-06-02T08:00:00"}, "/reported_at", "not-a-moment"),
        ({"reported_at": "2026-06-02"}, "/reported_at", "not-a-moment"),
        ({"reported_at": 5}, "/reported_at", "not-a-moment"),
        ({"obs_status": "Z"}, "/obs_status", "unknown-obs-status"),
        ({"obs_status": "M"}, "/obs_status", "value-with-missing"),
    ],
)
async def test_what_is_no_moment_and_no_status_is_refused(
    round_: World, more: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await say(round_, 701, **more)

    assert answer.status_code == 422
    assert (pointer, code) in [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_a_remark_of_the_source_is_given_back(round_: World) -> None:
    await say(round_, 701, obs_status="P")

    shown = (await round_.call("auditor", "GET", PATH)).json()["items"]

    assert [each["obs_status"] for each in shown][-1] == "P"


async def test_the_id_of_what_is_held_can_be_waited_for(round_: World) -> None:
    held = (await say(round_, 5000)).json()["id"]

    answer = await round_.call("auditor", "GET", f"/rounds/{ROUND}/scores", wait_for=held, wait=0)

    assert answer.status_code == 200


async def test_before_the_step_ordinary_numbers_are_taken_and_doubtful_ones_asked_for_again(
    round_: World, url: str
) -> None:
    """Nothing can be held there; refused for a while is better than counted."""
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")
    with capture_logs():
        problem(await say(round_, 10_001), 503, "unavailable")
        problem(await say(round_, 701, reported_at="2026-06-02T08:00:00Z"), 503, "unavailable")
    assert (await say(round_, 701)).status_code == 201
    assert await listed(round_) == [(700, None), (900, None), (800, None), (701, None)]
    assert await listed(round_, set_aside="held") == []

    await asyncio.to_thread(migrate, url)

    assert (await say(round_, 10_001)).json()["set_aside"] == "above-plausible"
