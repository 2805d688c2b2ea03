"""What is known of how sure places are, while analyses end."""

import asyncio
from typing import Any

import pytest

from shared.database import Database
from shared.sensitivity.intervals import Intervals


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
