"""Statements that are asked all the time have a connection of their own."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import asyncpg
import pytest
from sqlalchemy import text

from api.app import ROLE
from shared.database import Database, inquiries, limits
from shared.database.limits import DEFAULT, Limits
from shared.database.rows import RowReach
from shared.rankings import store as standings
from tests.fixtures.ask import execute, until

WHO = "SELECT pg_backend_pid()"
WHEN = "SELECT clock_timestamp()"
"""Differs whenever it is asked."""
HOW_MANY = "SELECT count(*) FROM thing"


async def pid(database: Database) -> int:
    """Return the process of the server that answers inquiries."""
    found = await database.row(WHO)
    return int(found[0])


async def test_a_pool_that_is_exhausted_holds_up_no_inquiry(url: str) -> None:
    async with Database(url, ROLE, pool=1) as database:
        before = await pid(database)
        async with database.driver() as lent:
            assert await lent.fetchval(WHO) != before
            assert await pid(database) == before


async def test_who_asks_while_another_is_answered_waits_for_nobody(database: Database) -> None:
    first, second = await asyncio.gather(pid(database), pid(database))
    assert first != second
    assert await pid(database) == first


async def test_a_connection_that_died_while_idle_is_replaced_unnoticed(
    database: Database, owner: Database
) -> None:
    before = await pid(database)
    await execute(owner, f"SELECT pg_terminate_backend({before}, 5000)")
    assert database._inquiries is not None
    kept = database._inquiries._driver
    assert kept is not None

    async def noticed() -> bool:
        return bool(kept.is_closed())

    await until(noticed)
    assert await pid(database) != before


async def test_a_connection_whose_answer_did_not_come_is_asked_nothing_more(
    url: str, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limits, "of_server", lambda _: {})
    monkeypatch.setattr(limits, "GRACE", timedelta(0))
    short = replace(DEFAULT, statement=timedelta(seconds=0.3))
    async with Database(url, ROLE, 1, short) as database:
        before = await pid(database)
        with pytest.raises(TimeoutError):
            await database.row("SELECT pg_sleep(600)")
        assert await pid(database) != before
    await execute(owner, f"SELECT pg_terminate_backend({before}, 5000)")


async def test_a_table_that_changes_under_a_prepared_statement_is_read_all_the_same(
    owner: Database,
) -> None:
    await execute(owner, "CREATE TABLE thing (a integer)", "INSERT INTO thing VALUES (1)")
    assert len(await owner.row("SELECT * FROM thing")) == 1
    await execute(owner, "ALTER TABLE thing ADD b integer")
    with pytest.raises(asyncpg.InvalidCachedStatementError):
        await owner.row("SELECT * FROM thing")
    assert len(await owner.row("SELECT * FROM thing")) == 2
    assert (await standings.glance(owner, 1)).run == 0


async def test_a_database_limited_to_some_rows_answers_no_inquiry(database: Database) -> None:
    limited = database.within(RowReach(frozenset({"C1"})))
    with pytest.raises(TypeError, match="sessions alone"):
        await limited.row(WHO)


async def remembered(database: Database) -> bool:
    """Say whether asking twice asked the server once. Others of the same server commit, too."""
    return await database.row(WHEN) == await database.row(WHEN)


async def count(database: Database) -> int:
    """Return how many things there are, once that was asked so often that it is remembered."""
    found = [await database.row(HOW_MANY) for _ in range(4)]
    return int(found[-1][0])


async def test_what_was_found_holds_until_something_is_committed(database: Database) -> None:
    await until(partial(remembered, database))


async def test_what_is_committed_is_seen_at_once(owner: Database, url: str) -> None:
    await execute(owner, "CREATE TABLE thing (a integer)")
    async with Database(url) as writer:
        for there in range(20):
            assert await count(owner) == there
            await execute(writer, f"INSERT INTO thing VALUES ({there:d})")  # noqa: S608
        assert await count(owner) == 20
        await execute(writer, "DELETE FROM thing WHERE a > 4")
        assert await count(owner) == 5


async def test_what_was_written_before_the_last_look_and_committed_after_it_is_seen(
    owner: Database, url: str
) -> None:
    await execute(owner, "CREATE TABLE thing (a integer)")
    async with Database(url) as writer:
        async with writer.session() as session:
            await session.execute(text("INSERT INTO thing VALUES (1)"))
            async with session.begin_nested():
                await session.execute(text("INSERT INTO thing VALUES (2)"))
            assert await count(owner) == 0
        assert await count(owner) == 2


async def test_what_is_undone_is_never_seen(owner: Database, url: str) -> None:
    await execute(owner, "CREATE TABLE thing (a integer)")
    async with Database(url) as writer:
        with suppress(ZeroDivisionError):
            async with writer.session() as session:
                await session.execute(text("INSERT INTO thing VALUES (1)"))
                raise ZeroDivisionError
        assert await count(owner) == 0


async def test_rows_of_other_arguments_are_others(database: Database) -> None:
    for _ in range(4):
        for number in (1, 2):
            assert await database.row("SELECT $1::integer", number) == [number]


async def test_another_connection_remembers_nothing(database: Database, owner: Database) -> None:
    await until(partial(remembered, database))
    (before,) = await database.row(WHEN)
    await execute(owner, f"SELECT pg_terminate_backend({await pid(database)}, 5000)")
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await database.row(WHO)  # may be the one that finds out
    (after,) = await database.row(WHEN)
    assert after > before


async def test_where_rows_may_lie_on_other_servers_nothing_is_remembered(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiries, "DISTRIBUTED", "SELECT true")
    seen = [await database.row(WHEN) for _ in range(10)]
    assert sorted({moment for (moment,) in seen}) == [moment for (moment,) in seen]
