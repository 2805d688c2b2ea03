"""What is known of how sure places are, while analyses end."""

import asyncio
from typing import Any

import pytest

from shared.database import Database
from shared.sensitivity.intervals import Intervals
from tests.fixtures.make import MARK, World
from tests.sensitivity.asking import ASK, ask, score, work


async def test_a_look_that_an_end_overtook_is_not_remembered(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    intervals, under_way, go_on = Intervals(database), asyncio.Event(), asyncio.Event()
    looks: list[Any] = []

    async def look(round_id: int) -> Any:
        looks.append(round_id)
        under_way.set()
        await go_on.wait()
        return None

    monkeypatch.setattr(intervals, "_look", look)
    first = asyncio.create_task(intervals.newest(1))
    await under_way.wait()
    intervals.heard(1)
    go_on.set()
    await first
    await intervals.newest(1)
    await intervals.newest(1)

    assert looks == [1, 1]


async def test_an_earlier_run_that_is_asked_about_later_hides_no_later_one(
    world: World, database: Database
) -> None:
    """The board shows beside a ranking how sure it is: of that run, or of the next before it."""
    await score(world)
    await world.submit("expert", "C2", MARK, 100)
    assert await world.recompute()
    await ask(world, draws=5)
    assert (await world.call("auditor", "POST", ASK, {"draws": 5}, run=1)).status_code == 202
    while await work(world):
        pass

    newest = await Intervals(database).newest(1)
    assert newest is not None
    assert newest.parameters["run"] == 2
