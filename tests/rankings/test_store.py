"""Standings: read as of a run, or moved on from an earlier one."""

import pytest

from shared.database import Database
from shared.rankings import store as standings
from shared.rankings.store import AsOf, Standing
from tests.fixtures.ask import rows
from tests.rankings.histories import RUNS


async def stands(database: Database, round_id: int, run: int) -> Standing:
    """Return the standing as of *run*."""
    async with database.session() as session:
        return await standings.standing(session, round_id, run)


async def moved_on(
    database: Database, round_id: int, earlier: Standing, since: AsOf, run: int
) -> Standing | None:
    """Return the standing as of *run*, moved on from an *earlier* one."""
    async with database.session() as session:
        return await standings.moved_on(session, round_id, earlier, since, run)


async def moments(owner: Database, round_id: int) -> list[AsOf]:
    """Return the round's runs, first to last."""
    query = "SELECT number, recorded_at FROM run WHERE round = :round ORDER BY number"
    return [AsOf(*row) for row in await rows(owner, query, round=round_id)]


async def test_a_standing_moved_on_is_the_one_that_is_read(
    worker_database: Database, owner: Database, scored: int
) -> None:
    """From any run to any later one and to itself."""
    known = await moments(owner, scored)
    read = [await stands(worker_database, scored, each.run) for each in known]

    for since, earlier in zip(known, read, strict=True):
        for as_of, expected in zip(known, read, strict=True):
            if since.run <= as_of.run:
                found = await moved_on(worker_database, scored, earlier, since, as_of.run)
                assert found == expected
    assert len(known) == RUNS
    assert len({len(each.applicants) for each in read}) > 3


async def test_a_standing_is_not_moved_on_where_that_is_dearer(
    worker_database: Database, owner: Database, scored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_, last = await moments(owner, scored)
    earlier = await stands(worker_database, scored, first.run)

    monkeypatch.setattr(standings, "MOST_MOVES", 3)

    assert await moved_on(worker_database, scored, earlier, first, last.run) is None


async def test_a_standing_of_another_history_is_not_moved_on(
    worker_database: Database, owner: Database, scored: int
) -> None:
    """A database that was set back gives the numbers of the runs it lost to others."""
    second, third = (await moments(owner, scored))[1:3]
    earlier = await stands(worker_database, scored, second.run)

    for since in (AsOf(second.run, third.recorded_at), AsOf(0, None), AsOf(RUNS + 1, None)):
        assert await moved_on(worker_database, scored, earlier, since, RUNS + 1) is None
