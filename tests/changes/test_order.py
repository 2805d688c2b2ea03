"""The order in which changes appear, on which the high-water mark rests."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from shared.changes import store as changes
from shared.database import Database
from shared.rankings import store as rankings
from tests.changes.writers import (
    UNWATCHED,
    WATCHED,
    all_at_once,
    ask_for_a_run,
    batch,
    enter,
    settle,
    tie,
)
from tests.fixtures.ask import execute, rows
from tests.fixtures.make import MARK, World
from tests.worker.test_recompute import require_order

PASSED_OVER = f"""
    SELECT EXISTS (
        SELECT FROM submission_change WHERE round = :round AND id <= {changes.TAKEN_UNTIL}
    ), (SELECT count(*) FROM run)
"""  # noqa: S608 -- all of it is ours


async def test_ids_of_changes_are_given_one_by_one(owner: Database) -> None:
    """A session that took several ids at once would use up the low ones late."""
    sequence = """
        SELECT seqcache, seqincrement, seqcycle FROM pg_sequence
        WHERE seqrelid = CAST('submission_change_id_seq' AS regclass)
    """
    assert await rows(owner, sequence) == [(1, 1, False)]


async def test_whoever_logs_a_submission_has_the_round_alone_and_all_others_share_it(
    world: World, owner: Database
) -> None:
    await execute(owner, *WATCHED)

    answers = [
        await world.submit("expert", "C1", MARK, 50),
        await batch(world, 3),
        await settle(world, 70),
        await tie(world, "declared"),
        await enter(world, "withdrawn"),
    ]
    await ask_for_a_run(owner)

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200]
    logged = """
        SELECT sum(changes) FILTER (WHERE submission IS NOT NULL), sum(changes)
        FROM submission_change
    """
    entered_first = 3
    assert await rows(owner, logged) == [(5, entered_first + 5 + 1 + 2)]
    unheld = """
        INSERT INTO submission_change (round, applicant, request_id) SELECT id, 'C1', 'r' FROM round
    """
    with pytest.raises(DBAPIError, match="the round is not held"):
        await execute(owner, unheld)


async def test_nothing_is_passed_over_whoever_writes_at_once(
    world: World, owner: Database, crowd: Database, round_id: int
) -> None:
    """In no reader's snapshot does a change lie at or below the mark; all is scored in the end."""
    await execute(owner, *WATCHED)
    written = asyncio.Event()

    async def run() -> None:
        while not written.is_set():
            await world.recompute()

    async def look() -> list[tuple[Any, ...]]:
        found = []
        while not written.is_set():
            found += await rows(owner, PASSED_OVER, round=round_id)
        return found

    running, looking = asyncio.create_task(run()), asyncio.create_task(look())
    try:
        await all_at_once(world, owner, crowd, round_id)
    finally:
        written.set()
        await running
    looks = await looking
    while (await rankings.glance(crowd, round_id)).changes_wait:
        assert await world.recompute()
    await execute(owner, *UNWATCHED)

    assert {passed_over for passed_over, _ in looks} == {False}
    assert len({runs for _, runs in looks}) > 5
    await require_order(owner, world.worker_database, round_id)
