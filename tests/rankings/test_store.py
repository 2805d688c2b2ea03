"""Standings: read as of a run, or moved on from an earlier one."""

from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest

from shared.database import Database
from shared.rankings import store as standings
from shared.rankings.store import AsOf, Standing
from shared.runs import score_store as scores
from shared.runs import store as runs
from shared.runs.score_store import Versions
from shared.runs.store import NewRun
from tests.fixtures.ask import execute, rows

CODES = [f"A{at:02}" for at in range(12)]
RUNS = 15


def versions(applicants: list[int], chance: Random) -> Versions:
    """Return a version for each position, with totals and all else by chance."""
    n = len(applicants)
    return Versions(
        applicant=np.array(applicants, np.int64),
        blocked=np.array([chance.random() < 0.3 for _ in applicants], np.bool_),
        totals=np.array([chance.randrange(100) for _ in applicants], np.int64),
        coverage=np.array([chance.random() for _ in applicants]),
        values=np.zeros((n, 1)),
        shares=np.zeros((n, 1)),
        units=np.zeros((n, 1), np.int64),
        flags=np.zeros((n, 1), np.int32),
    )


def made(number: int) -> NewRun:
    """Return a run of this number, of which nothing else matters."""
    return NewRun(number, "tests", (), 0, 0, 0, 0, 0.0, 0.0, 0.0, datetime.now(UTC))


@pytest.fixture
async def scored(owner: Database, worker_database: Database, round_id: int) -> int:
    """Give the id of a round whose applicants come, change and go over several runs, by chance.

    So do those of the round of the next id.
    """
    await execute(
        owner,
        f"""
        INSERT INTO entry (round, applicant, kind, state)
        SELECT {round_id}, code, CASE WHEN code < 'A05' THEN 'park' ELSE 'county' END, 'accepted'
        FROM unnest(ARRAY{CODES}) AS code
        """,  # noqa: S608 -- both are ours
    )
    chance = Random(1)
    for each in (round_id, round_id + 1):
        there: set[int] = set()
        for run in range(1, RUNS + 1):
            moved = chance.sample(range(len(CODES)), chance.randrange(6))
            gone = [at for at in moved if at in there and chance.random() < 0.4]
            left = [at for at in moved if at not in gone]
            there = (there | set(left)) - set(gone)
            async with worker_database.session() as session:
                await scores.append(session, each, run, CODES, versions(left, chance))
                await scores.withdraw(session, each, run, [CODES[at] for at in gone])
                await runs.add(session, each, made(run), 0, {})
    return round_id


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
