"""Many submissions in one request: each row is taken or refused for itself."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import httpx

from shared.database import Database
from tests.fixtures.http import SUBMISSIONS, findings, gateway, problem, runs, stored
from tests.fixtures.make import GRADE, MARK, RESIDENTS, SCENES, STATIONS, World

BATCH = f"{SUBMISSIONS}/batch"


def row(applicant: str, measure: str, value: Any, as_of: str = "2026-06-01") -> dict[str, Any]:
    """Return one row of a batch."""
    return {"applicant": applicant, "measure": measure, "value": value, "as_of": as_of}


async def push(world: World, *rows: Any, role: str = "source") -> httpx.Response:
    """Send *rows* as one batch."""
    return await world.call(role, "POST", BATCH, {"items": list(rows)})


async def test_a_batch_has_one_result_per_row_in_its_order(world: World) -> None:
    rows = [row("C2", STATIONS, 7), row("C1", STATIONS, 5), row("C1", RESIDENTS, 9)]

    answer = await push(world, *rows)

    assert answer.status_code == 200
    document = answer.json()
    assert (document["outcome"], document["counts"]) == ("accepted", {"created": 3})
    assert [each["index"] for each in document["items"]] == [0, 1, 2]
    by_id = {each["id"]: each for each in await stored(world)}
    for sent, item in zip(rows, document["items"], strict=True):
        assert item["result"] == "created"
        assert {name: by_id[item["id"]][name] for name in sent} == sent


async def test_a_batch_again_is_unchanged_and_causes_no_run(world: World) -> None:
    rows = [row(code, STATIONS, at) for at, code in enumerate(("C1", "C2", "P1"))]
    first = (await push(world, *rows)).json()
    await world.recompute()

    again = (await push(world, *rows)).json()

    assert (again["outcome"], again["counts"]) == ("accepted", {"unchanged": 3})
    assert [each["id"] for each in again["items"]] == [each["id"] for each in first["items"]]
    assert len(await stored(world)) == 3
    assert not await world.recompute()
    assert len(await runs(world)) == 1


async def test_rows_of_the_same_thing_correct_each_other_in_turn(world: World) -> None:
    items = (await push(world, *(row("C1", STATIONS, value) for value in (5, 6, 6, 5)))).json()[
        "items"
    ]

    assert [each["result"] for each in items] == ["created", "revised", "unchanged", "revised"]
    assert items[1]["id"] == items[2]["id"]
    assert [each["value"] for each in await stored(world)] == [5, 6, 5]
    await world.recompute()
    assert (await world.card("C1"))["lines"]["A-1"]["value"] == 5


async def test_a_row_that_is_malformed_is_refused_by_itself(world: World) -> None:
    answer = await push(
        world,
        row("C1", STATIONS, 5),
        7,
        None,
        {},
        row("C2", STATIONS, {"n": 1}, as_of="June") | {"colour": "red"},
        row("C2", STATIONS, 6),
    )

    assert answer.status_code == 200
    document = answer.json()
    assert document["outcome"] == "partial"
    assert document["counts"] == {"created": 2, "rejected": 4}
    number, nothing, empty, wrong = document["items"][1:5]
    assert findings(number) == [("/items/1", "model-type")]
    assert findings(nothing) == [("/items/2", "model-type")]
    missing = ("applicant", "measure", "value", "as_of")
    assert findings(empty) == [(f"/items/3/{name}", "missing") for name in missing]
    assert findings(wrong) == [
        ("/items/4/value", "not-a-value"),
        ("/items/4/as_of", "not-a-date"),
        ("/items/4/colour", "extra-forbidden"),
    ]
    assert [each["value"] for each in await stored(world)] == [5, 6]


async def test_a_row_that_may_not_be_said_is_refused_by_itself(world: World) -> None:
    answer = await push(
        world,
        row("C1", STATIONS, 1.5),
        row("C1", "bridges", 1),
        row("C1", GRADE, "A"),
        row("C9", STATIONS, 1),
        row("C1", STATIONS, 1),
    )

    *refused, taken = answer.json()["items"]
    assert [findings(each) for each in refused] == [
        [("/items/0/value", "not-whole")],
        [("/items/1/measure", "unknown-measure")],
        [("/items/2/measure", "reporter-not-admitted")],
        [("/items/3/applicant", "unknown-applicant")],
    ]
    assert all(each["id"] is None and each["result"] == "rejected" for each in refused)
    assert [each["id"] for each in await stored(world)] == [taken["id"]]


async def test_a_batch_of_refused_rows_alone_is_rejected(world: World) -> None:
    document = (await push(world, row("C9", STATIONS, 1), 5)).json()

    assert (document["outcome"], document["counts"]) == ("rejected", {"rejected": 2})
    assert await stored(world) == []


async def test_a_batch_to_a_closed_round_is_refused_as_a_whole(world: World) -> None:
    await world.transition("closed")

    answer = await push(
        world, row("C9", STATIONS, 1), row("C1", STATIONS, 5), row("C2", STATIONS, 6)
    )

    problem(answer, 409, "round-not-open")
    assert await stored(world) == []


async def test_a_batch_of_10_001_rows_is_refused_as_a_whole(world: World) -> None:
    answer = await push(world, *(row("C1", STATIONS, 5) for _ in range(10_001)))

    assert findings(problem(answer, 422, "invalid")) == [("/items", "too-long")]
    assert await stored(world) == []


async def test_a_batch_of_10_000_rows_is_taken(world: World) -> None:
    days = (date(1990, 1, 1) + timedelta(days=at) for at in range(10_000))

    answer = await push(world, *(row("C1", STATIONS, 5, day.isoformat()) for day in days))

    assert answer.json()["counts"] == {"created": 10_000}


async def test_two_gateways_pushed_the_same_in_opposite_order_do_not_block_each_other(
    world: World, database: Database
) -> None:
    days = [(date(2020, 1, 1) + timedelta(days=at)).isoformat() for at in range(300)]
    rows = [row("C1", STATIONS, 5, day) for day in days]
    async with gateway(database) as client:
        other = World(client, world.headers, world.worker_database)
        one, two = await asyncio.gather(push(world, *rows), push(other, *reversed(rows)))

    ids = [[each["id"] for each in answer.json()["items"]] for answer in (one, two)]
    assert ids[0] == ids[1][::-1]
    assert Counter(one.json()["counts"]) + Counter(two.json()["counts"]) == {
        "created": 300,
        "unchanged": 300,
    }


async def test_a_batch_without_rows_is_refused(world: World) -> None:
    one = row("C1", STATIONS, 1)
    bodies: list[Any] = [{"items": []}, {}, {"items": None}, {"items": {"0": one}}, one, [one]]
    for body in bodies:
        answer = await world.call("source", "POST", BATCH, body)
        problem(answer, 422, "invalid")


async def test_a_batch_may_take_values_back(world: World) -> None:
    await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 5))

    document = (await push(world, row("C1", STATIONS, None) | {"status": "withdrawn"})).json()

    assert document["counts"] == {"revised": 1}
    await world.recompute()
    assert [(await world.card(code))["lines"]["A-1"]["value"] for code in ("C1", "C2")] == [None, 5]


async def test_portals_and_experts_push_batches_of_their_own_measures(world: World) -> None:
    portal = (
        await push(world, row("C1", SCENES, ["S1"]), row("C1", MARK, 5), role="portal")
    ).json()
    expert = (await push(world, row("C1", MARK, 80), row("C1", SCENES, []), role="expert")).json()

    for document in (portal, expert):
        assert [each["result"] for each in document["items"]] == ["created", "rejected"]
        assert findings(document["items"][1]) == [("/items/1/measure", "reporter-not-admitted")]
