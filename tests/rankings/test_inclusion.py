"""Waiting for a batch until a run has taken in all of it, and for a run behind another."""

import asyncio
from typing import Any

import pytest

from tests.fixtures.http import SCORES, SUBMISSIONS, findings, mark, problem
from tests.fixtures.make import MARK, STATIONS, World

NONE = ("/query/wait_for_batch", "unknown-batch")


async def pushed(world: World, *values: int, expected: int = 200) -> Any:
    """Push stations of C1, C2 and so on as the statistics system; return the answer."""
    rows = [
        {"applicant": f"C{at}", "measure": STATIONS, "value": value, "as_of": "2026-06-01"}
        for at, value in enumerate(values, start=1)
    ]
    answer = await world.call("source", "POST", f"{SUBMISSIONS}/batch", {"items": rows})
    assert answer.status_code == expected, answer.text
    return answer.json()


async def test_a_batch_is_shown_whole_also_where_it_was_sent_again(world: World) -> None:
    """The last row of a repeated file is `unchanged` and may stand for long; another is new."""
    await pushed(world, 5, 7)
    again = await pushed(world, 6, 7)
    last = await pushed(world, 6, 7)

    early = await world.ranking(wait_for_batch=last["batch"], wait=0)
    await world.recompute()
    late = await world.ranking(wait_for_batch=last["batch"], wait=30)
    card = await world.card("C1", wait_for_batch=again["batch"], wait=30)

    assert last["counts"]["unchanged"] == 2
    assert (early["state"], late["state"]) == ("recomputing", "current")
    assert card["lines"]["A-1"]["value"] == 6


@pytest.mark.parametrize("who", ["source", "admin", "auditor"])
async def test_who_may_read_the_receipt_waits_for_the_batch(world: World, who: str) -> None:
    batch = (await pushed(world, 5))["batch"]

    reading = asyncio.create_task(
        world.call(who, "GET", SCORES, wait_for_batch=batch, wait_for=1, wait=30)
    )
    await world.recompute()

    assert (await reading).json()["state"] == "current"


async def test_a_batch_of_another_and_one_that_is_not_there_are_refused_alike(
    world: World,
) -> None:
    batch = (await pushed(world, 5))["batch"]

    for who, wanted in (("portal", batch), ("source", batch + 1)):
        for path in (SCORES, f"{SCORES}/C1"):
            answer = await world.call(who, "GET", path, wait_for_batch=wanted)
            assert findings(problem(answer, 422, "invalid")) == [NONE]


async def test_nothing_is_awaited_of_a_batch_that_was_refused(world: World) -> None:
    batch = (await pushed(world, 5, -1, expected=422))["batch"]
    await world.recompute()

    ranking = await world.ranking(wait_for_batch=batch, wait=0)

    assert ranking["state"] == "current"


async def test_who_waits_for_the_next_run_is_answered_with_it(world: World) -> None:
    """Without a submission to name, and on the ranking as on the scorecard."""
    await mark(world, C1=50)
    waiting = [
        asyncio.create_task(world.call("auditor", "GET", path, after_run=1, wait=30))
        for path in (SCORES, f"{SCORES}/C1")
    ]
    early = await world.ranking(after_run=1, wait=0)
    await mark(world, C1=60)

    assert early["run"] == 1
    assert [(await each).json()["run"] for each in waiting] == [2, 2]


async def test_a_run_that_is_there_is_not_waited_for(world: World) -> None:
    await mark(world, C1=50)

    async with asyncio.timeout(20):
        assert (await world.ranking(after_run=0, wait=30))["run"] == 1


async def test_of_several_all_are_waited_for(world: World) -> None:
    await mark(world, C1=50)
    identity = (await world.submit("expert", "C1", MARK, 60)).json()["id"]
    await world.recompute()

    early = await world.ranking(wait_for=identity, after_run=2, wait=0.3)
    waiting = asyncio.create_task(world.ranking(wait_for=identity, after_run=2, wait=30))
    await mark(world, C2=60)

    assert (early["run"], (await waiting)["run"]) == (2, 3)
