"""The high-water mark that each run leaves, above which readers look for what waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alembic import command
from sqlalchemy import text

from shared.database import Database
from shared.database.migration import configuration, migrate
from shared.rankings import store as rankings
from shared.rounds import service as rounds
from tests.changes.writers import ADMIN, ask_for_a_run
from tests.fixtures.ask import execute, rows
from tests.fixtures.http import mark
from tests.fixtures.make import MARK, ROUND, STATIONS, World

MARKS = "SELECT changes_until FROM run ORDER BY number"
BURST = """
    INSERT INTO submission_change (round, applicant, submission, request_id)
    SELECT id, 'C1', 1000 + n, 'r' FROM round, generate_series(1, 20000) AS n
"""
FEW_BLOCKS = 40
"""What a handful of look-ups in small indexes touches at most."""


@asynccontextmanager
async def snapshot(owner: Database) -> AsyncIterator[None]:
    """Hold a snapshot, as a dump or a forgotten transaction does: no dead row is cleared away."""
    async with owner.session() as session:
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        await session.execute(text("SELECT FROM run"))
        yield


async def blocks_of_a_glance(database: Database, round_id: int) -> int:
    """Return how many blocks a look at the round touches, planned as a gateway plans."""
    async with database.driver() as driver:
        await driver.execute(f"PREPARE glance (bigint) AS {rankings.GLANCE}")
        explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE glance ({round_id})"
        (found,) = await driver.fetchval(explain)
        await driver.execute("DEALLOCATE glance")
    return int(found["Plan"]["Shared Hit Blocks"] + found["Plan"]["Shared Read Blocks"])


async def waits(database: Database, round_id: int) -> bool:
    """Say whether a reader sees that changes wait."""
    return (await rankings.glance(database, round_id)).changes_wait


async def test_a_snapshot_held_elsewhere_makes_no_reader_walk_over_what_runs_took_in(
    world: World, owner: Database, database: Database, round_id: int
) -> None:
    async with snapshot(owner):
        for _ in range(2):
            await execute(owner, BURST)
            assert await world.recompute()

        touched = await blocks_of_a_glance(database, round_id)
        assert not await waits(database, round_id)
        await world.submit("source", "C1", STATIONS, 7)
        assert await waits(database, round_id)

    assert touched <= FEW_BLOCKS


async def test_a_change_whose_writer_shares_the_round_is_seen_however_late_it_commits(
    world: World, owner: Database, database: Database, round_id: int
) -> None:
    """Entries and recomputations are written side by side: of two the later id may appear first."""
    await mark(world, C1=50)
    (before,) = await rows(owner, MARKS)
    async with database.session() as late:
        await rounds.enter(late, ADMIN, ROUND, "C1", "withdrawn")
        await ask_for_a_run(owner)
        assert await world.recompute()
        assert not await waits(database, round_id)

    assert await waits(database, round_id)
    assert await rows(owner, MARKS) == [before, before]
    assert await world.recompute()
    assert not await waits(database, round_id)
    await mark(world, C2=50)
    assert (await rows(owner, MARKS))[-1] > before


async def test_a_run_of_a_worker_that_knows_no_marks_lets_readers_look_at_everything(
    world: World, owner: Database, database: Database, round_id: int
) -> None:
    await mark(world, C1=50)
    await world.submit("expert", "C1", MARK, 60)
    without = """
        INSERT INTO run (round, number, worker, request_ids, submissions, other_changes, cohort,
            scores_written, read_ms, compute_ms, write_ms, started_at)
        SELECT round, number + 1, worker, request_ids, submissions, other_changes, cohort,
            scores_written, read_ms, compute_ms, write_ms, now() FROM run
    """
    async with world.worker_database.session() as session:
        await session.execute(text(without))

    assert await waits(database, round_id)
    await execute(owner, "DELETE FROM submission_change")
    assert not await waits(database, round_id)
    await mark(world, C2=50)

    first, second, third = [each for (each,) in await rows(owner, MARKS)]
    assert second == 0 < first < third


async def test_marks_are_kept_from_the_step_on_that_is_taken_beneath_a_running_release(
    world: World, owner: Database, database: Database, round_id: int, url: str
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0006")
    await mark(world, C1=50)
    assert not await waits(database, round_id)
    await world.submit("expert", "C1", MARK, 60)
    assert await waits(database, round_id)

    await asyncio.to_thread(migrate, url)

    assert await waits(database, round_id)
    assert await world.recompute()
    assert not await waits(database, round_id)
    assert [each > 0 for (each,) in await rows(owner, MARKS)] == [False, True]
