"""Standings: read as of a run, or moved on from an earlier one."""

from random import Random

import numpy as np
import pytest

from shared.store import scores, standings
from shared.store.engine import Sessions
from shared.store.scores import Versions
from shared.store.standings import Standing
from tests.store.ask import execute

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


@pytest.fixture
async def scored(owner: Sessions, worker_sessions: Sessions, round_id: int) -> int:
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
            async with worker_sessions.begin() as session:
                await scores.append(session, each, run, CODES, versions(left, chance))
                await scores.withdraw(session, each, run, [CODES[at] for at in gone])
    return round_id


async def stands(
    sessions: Sessions, round_id: int, run: int, earlier: Standing | None = None
) -> Standing:
    """Return the standing as of *run*."""
    async with sessions() as session:
        return await standings.standing(session, round_id, run, earlier)


async def test_a_standing_moved_on_is_the_one_that_is_read(
    worker_sessions: Sessions, scored: int
) -> None:
    """From any run to any later one, that of itself and that before the first included."""
    read = [await stands(worker_sessions, scored, run) for run in range(RUNS + 1)]

    for run, expected in enumerate(read):
        for earlier in read[: run + 1]:
            assert await stands(worker_sessions, scored, run, earlier) == expected
    assert len({len(each.applicants) for each in read}) > 3


async def test_a_standing_that_is_too_far_back_or_ahead_is_read_anew(
    worker_sessions: Sessions, scored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, later = (
        await stands(worker_sessions, scored, 10),
        await stands(worker_sessions, scored, 11),
    )
    wrong = Standing(1, ["A00"], ["park"], [1], [1.0], [False])

    monkeypatch.setattr(standings, "MOST_MOVES", 3)

    assert await stands(worker_sessions, scored, 10, wrong) == expected
    assert await stands(worker_sessions, scored, 10, later) == expected
