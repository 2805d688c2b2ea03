"""What tests of rankings share: a round with a history."""

from random import Random

import pytest

from shared.database import Database
from shared.runs import score_store as scores
from shared.runs import store as runs
from tests.fixtures.ask import execute
from tests.rankings.histories import CODES, RUNS, made, versions


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
