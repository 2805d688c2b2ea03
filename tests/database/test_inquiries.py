"""Statements that are asked all the time have a connection of their own."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from api.app import ROLE
from shared.database import Database, limits
from shared.database.limits import DEFAULT, Limits
from shared.database.rows import RowReach
from shared.rankings import store as standings
from tests.fixtures.ask import execute, until

WHO = "SELECT pg_backend_pid()"


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
