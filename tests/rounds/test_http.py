"""Rounds over HTTP: created, opened and closed, and who takes part."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.core.principal import Actor
from shared.database import Database
from shared.database.database import driver_of
from shared.rounds import service as services
from shared.rounds import store as stored_rounds
from shared.rounds.model import NOT_OPEN
from shared.submissions import recording as submissions
from tests.fixtures.http import (
    SUBMISSIONS,
    count,
    findings,
    gateway,
    pages,
    problem,
    stored,
    until_waiting,
)
from tests.fixtures.make import ROUND, STATIONS, World, name

NEW = {
    "code": "R2027",
    "framework": {"code": "small", "version": "1"},
    "title": name("Round 2027"),
    "reference_date": "2027-06-30",
    "opens_at": "2027-01-01T08:00:00+08:00",
    "closes_at": None,
}


async def create(world: World, **change: Any) -> httpx.Response:
    """Register a round."""
    return await world.call("admin", "POST", "/rounds", NEW | change)


async def test_a_round_is_registered_as_a_draft(world: World) -> None:
    answer = await create(world)

    assert answer.status_code == 201
    document = answer.json()
    assert document.items() >= (NEW | {"opens_at": "2027-01-01T00:00:00Z"}).items()
    assert document["state"] == "draft"
    assert document["recomputation"]["run"] == 0
    assert (await world.call("expert", "GET", "/rounds/R2027")).json() == document


async def test_a_title_may_be_one_line_and_then_is_that_in_both_languages(world: World) -> None:
    """Whoever reads it finds one shape, whatever was registered."""
    created, again = [await create(world, title="Round 2027") for _ in range(2)]

    assert created.json()["title"] == {"zh": "Round 2027", "en": "Round 2027"}
    assert (again.status_code, again.json()) == (200, created.json())


async def test_the_same_round_again_is_no_error(world: World) -> None:
    first = await create(world)
    again = await create(world, opens_at="2027-01-01T00:00:00Z")
    assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"reference_date": "2027-07-01"},
        {"opens_at": None},
        {"closes_at": "2027-09-01T00:00:00Z"},
    ],
    ids=str,
)
async def test_another_round_under_the_same_code_is_refused(
    world: World, change: dict[str, Any]
) -> None:
    first = await create(world)
    problem(await create(world, **change), 409, "round-differs")
    assert (await world.call("auditor", "GET", "/rounds/R2027")).json() == first.json()


async def test_registered_at_once_one_round_is_first(world: World) -> None:
    same = await asyncio.gather(*(create(world) for _ in range(4)))
    other = await asyncio.gather(*(create(world, code="X", title=str(at)) for at in range(4)))

    assert sorted(each.status_code for each in same) == [200, 200, 200, 201]
    assert sorted(each.status_code for each in other) == [201, 409, 409, 409]


async def test_a_round_needs_a_registered_framework(world: World) -> None:
    answer = await create(world, framework={"code": "small", "version": "99"})
    problem(answer, 404, "not-found")
    problem(await world.call("admin", "GET", "/rounds/R2027"), 404, "not-found")


MALFORMED: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"title": {"zh": "x"}}, ("/title", "not-a-title")),
    ({"title": ""}, ("/title", "not-a-title")),
    ({"reference_date": "2027-02-29"}, ("/reference_date", "not-a-date")),
    ({"reference_date": "2027-06-30T00:00:00Z"}, ("/reference_date", "not-a-date")),
    ({"reference_date": 20270630}, ("/reference_date", "not-a-date")),
    ({"reference_date": "２０２７-０６-３０"}, ("/reference_date", "not-a-date")),
    ({"opens_at": "tomorrow"}, ("/opens_at", "not-a-moment")),
    ({"opens_at": "2027-01-01Tnoon"}, ("/opens_at", "not-a-moment")),
    ({"opens_at": 1}, ("/opens_at", "not-a-moment")),
    ({"closes_at": "0001-01-01T00:00:00+14:00"}, ("/closes_at", "not-a-moment")),
    ({"closes_at": "2027-01-01T00:00:00Z"}, ("/closes_at", "closes-before-opening")),
    ({"framework": {"code": "small"}}, ("/framework/version", "missing")),
    ({"state": "open"}, ("/state", "extra-forbidden")),
]


async def test_a_malformed_round_is_refused_at_its_place(world: World) -> None:
    for change, finding in MALFORMED:
        found = findings(problem(await create(world, **change), 422, "invalid"))
        assert found == [finding], change
    assert len((await pages(world, "/rounds"))[0]) == 1


async def test_rounds_are_listed_in_order_of_code(world: World) -> None:
    for code in ("Z", "A", "M"):
        await create(world, code=code)
    cut = await pages(world, "/rounds", limit=2)
    assert [[each["code"] for each in page] for page in cut] == [["A", "M"], [ROUND, "Z"]]


async def transition(world: World, code: str, to: str) -> httpx.Response:
    """Bring the round *code* into a state."""
    body = {"to": to, "reason": "as decided"}
    return await world.call("admin", "POST", f"/rounds/{code}/transitions", body)


async def test_a_round_goes_from_draft_to_open_to_closed_and_back(world: World) -> None:
    """To stay where it is, as a repeated request asks, is no error."""
    await create(world)
    for to in ("draft", "open", "open", "closed", "closed", "open"):
        answer = await transition(world, "R2027", to)
        assert (answer.status_code, answer.json()["state"]) == (200, to)
        found = (await world.call("auditor", "GET", "/rounds/R2027")).json()
        assert found | {"warnings": answer.json()["warnings"]} == answer.json()


async def test_a_closed_round_is_opened_again_for_a_reason(world: World) -> None:
    """Whoever could have looked at others' marks may then mark."""
    await world.transition("closed")
    path = f"/rounds/{ROUND}/transitions"
    for given in ({}, {"reason": None}, {"reason": " "}):
        refused = problem(
            await world.call("admin", "POST", path, {"to": "open"} | given), 422, "invalid"
        )
        assert [each["pointer"] for each in refused["errors"]] == ["/reason"]
    assert (await world.call("auditor", "GET", f"/rounds/{ROUND}")).json()["state"] == "closed"

    assert (await world.transition("open")).json()["state"] == "open"


WAY = {"draft": [], "open": ["open"], "closed": ["open", "closed"]}


@pytest.mark.parametrize(
    ("start", "to"), [("draft", "closed"), ("open", "draft"), ("closed", "draft")]
)
async def test_a_round_goes_no_other_way(world: World, start: str, to: str) -> None:
    await create(world)
    for step in WAY[start]:
        await transition(world, "R2027", step)

    answer = await transition(world, "R2027", to)

    assert problem(answer, 409, "transition-not-allowed")["state"] == start
    assert (await world.call("auditor", "GET", "/rounds/R2027")).json()["state"] == start


async def test_a_transition_to_an_unknown_state_or_of_an_unknown_round_is_refused(
    world: World,
) -> None:
    assert findings(problem(await world.transition("archived"), 422, "invalid")) == [
        ("/to", "literal-error")
    ]
    problem(await transition(world, "R1999", "open"), 404, "not-found")


@pytest.mark.parametrize("last", ["draft", "closed"])
async def test_only_an_open_round_takes_submissions_and_another_says_why(
    world: World, last: str
) -> None:
    await create(world)
    for step in WAY[last]:
        await transition(world, "R2027", step)
    body = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}

    one = await world.call("source", "POST", "/rounds/R2027/submissions", body)
    file = await world.call("source", "POST", "/rounds/R2027/submissions/batch", {"items": [body]})

    for answer in (one, file):
        said = problem(answer, 409, "round-not-open")
        assert (said["state"], said["detail"]) == (last, f"round R2027 {NOT_OPEN[last]}")
    assert await pages(world, "/rounds/R2027/submissions") == [[]]


async def test_a_closed_round_is_still_read_and_opened_again_takes_more(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    await world.transition("closed")
    await world.recompute()
    assert (await world.card("C1"))["lines"]["A-1"]["value"] == 5

    await world.transition("open")

    assert (await world.submit("source", "C1", STATIONS, 6)).json()["result"] == "revised"


async def test_closing_waits_for_what_is_being_submitted(
    world: World, database: Database, owner: Database
) -> None:
    async with database.session() as session:
        round_ = await stored_rounds.get(session, ROUND)
        reporter = (await session.scalars(text("SELECT max(id) FROM reporter"))).one()
    async with database.session() as session:
        driver = await driver_of(session)
        (receipt,) = await submissions.record(driver, round_.id, [count(reporter, 5)])
        closing = asyncio.create_task(world.transition("closed"))
        await until_waiting(owner, closing)
        assert not closing.done()

    assert (await closing).json()["state"] == "closed"
    assert [each["id"] for each in await stored(world)] == [receipt.id]


async def test_what_is_submitted_waits_for_the_closing_and_is_refused(
    world: World, database: Database, owner: Database
) -> None:
    async with database.session() as session:
        await services.transition(session, Actor("slow", "slow"), ROUND, "closed", None)
        sending = asyncio.create_task(world.submit("source", "C1", STATIONS, 5))
        await until_waiting(owner, sending)
        assert not sending.done()

    problem(await sending, 409, "round-not-open")
    assert await stored(world) == []


async def test_a_storm_of_submissions_is_cut_cleanly_by_the_closing(
    world: World, database: Database
) -> None:
    """Everything answered 201 is stored; of the rest nothing is, however the two met."""

    async def submit(client: httpx.AsyncClient, at: int) -> httpx.Response:
        for _ in range(at % 20):
            await asyncio.sleep(0)
        body = {"applicant": "C1", "measure": STATIONS, "value": at, "as_of": "2026-06-01"}
        return await client.post(SUBMISSIONS, json=body, headers=world.headers["source"])

    async def close() -> httpx.Response:
        await submit(world.client, 1000)
        return await world.transition("closed")

    async with gateway(database) as other:
        clients = (world.client, other)
        closed, *answers = await asyncio.gather(
            close(), *(submit(clients[at % 2], at) for at in range(200))
        )
        assert closed.json()["state"] == "closed"
        at_the_answer = await stored(world)
        late = await asyncio.gather(*(submit(each, 2000) for each in clients * 5))

    assert {each.status_code for each in late} == {409}
    assert {each.status_code for each in answers} <= {201, 409}
    taken = {each.json()["id"] for each in answers if each.status_code == 201}
    found = await stored(world)
    assert found == at_the_answer
    assert taken == {each["id"] for each in found if each["value"] != 1000}
