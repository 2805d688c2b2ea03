"""Events of a round: none skipped by who goes on behind the last, whoever appends at once."""

import asyncio

from shared.database import Database
from shared.events import store as events
from tests.fixtures.ask import execute, rows
from tests.fixtures.http import until_waiting
from tests.fixtures.make import ROUND, World

POSITIONS = "SELECT position FROM round_event WHERE round = :round AND kind = 'round'"


async def test_who_appends_waits_for_whoever_has_appended_before(
    database: Database, worker_database: Database, owner: Database, round_id: int
) -> None:
    """Otherwise the later position could appear first, and its reader would skip the other."""

    async def later() -> None:
        async with worker_database.session() as session:
            await events.append(session, round_id, "round", {"n": 2})

    async with database.session() as session:
        await events.append(session, round_id, "round", {"n": 1})
        waiting = asyncio.create_task(later())
        await until_waiting(owner, waiting)
        assert not waiting.done()
    await waiting

    async with database.reading() as session:
        found = await events.after(session, round_id, "round", 4, 6)
    assert [(each.position, each.detail["n"]) for each in found] == [(5, 1), (6, 2)]


async def test_each_kind_has_positions_of_its_own_and_each_round(
    database: Database, owner: Database, round_id: int
) -> None:
    """So that who is told of one kind alone does not learn how much happens of the other."""
    async with database.session() as session:
        await events.append(session, round_id, "operation", {})
        await events.append(session, round_id + 1, "round", {})

    found = await rows(owner, "SELECT round, kind, max(position) FROM round_event GROUP BY 1, 2")

    assert sorted(found) == [
        (round_id, "operation", 1),
        (round_id, "round", 4),
        (round_id + 1, "round", 1),
    ]


async def test_what_was_undone_leaves_no_gap(
    world: World, database: Database, owner: Database, round_id: int
) -> None:
    async with database.session() as session:
        await events.append(session, round_id, "round", {})
        await session.rollback()
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C1", {"state": "withdrawn"})

    assert await rows(owner, POSITIONS, round=round_id) == [(n,) for n in range(1, 6)]


async def test_a_schema_of_before_keeps_none_and_nothing_fails(
    owner: Database, round_id: int
) -> None:
    await execute(owner, "DROP FUNCTION append_round_event", "DROP TABLE round_event")

    async with owner.session() as session:
        await events.append(session, round_id, "round", {})
