"""How long PostgreSQL is waited for: by the server where it can, by the client where it must."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api import app
from api.app import ROLE
from shared.database import Database, Limits, cut_off, limits, out_of_reach
from shared.database.database import driver_of
from shared.database.limits import DEFAULT
from shared.rankings import store as standings
from shared.settings import Settings
from tests.fixtures.ask import one, until

SHORT = timedelta(seconds=0.3)
LONG = timedelta(minutes=1)
FOREVER = "SELECT pg_sleep(600)"


@pytest.fixture
async def hurried(url: str) -> AsyncIterator[Database]:
    """Give one connection whose every limit is short, but for the one to get it."""
    async with Database(url, ROLE, 1, replace(DEFAULT, statement=SHORT, lock=SHORT)) as database:
        yield database


@pytest.fixture
async def forsaken(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Give one connection to a server that keeps no limit, as one that was stopped."""
    monkeypatch.setattr(Limits, "of_server", lambda _: {})
    monkeypatch.setattr(limits, "GRACE", timedelta(0))
    async with Database(url, ROLE, 1, replace(DEFAULT, statement=SHORT)) as database:
        yield database


async def error_of(asking: Any) -> Exception:
    """Return what *asking* fails with."""
    with pytest.raises(Exception) as failed:  # noqa: PT011 -- which one is what is asked
        await asking
    error: Exception = failed.value
    return error


async def by_session(database: Database, statement: str) -> None:
    async with database.session() as session:
        await session.execute(text(statement))


async def by_reading(database: Database, statement: str) -> None:
    async with database.reading() as session:
        await session.execute(text(statement))


async def by_driver(database: Database, statement: str) -> None:
    async with database.driver() as driver:
        await driver.execute(statement)


async def by_copy(database: Database, statement: str) -> None:
    async with database.session() as session:
        driver = await driver_of(session)
        await driver.copy_from_query(statement, output=asyncio.sleep, format="binary")


WAYS = pytest.mark.parametrize("way", [by_session, by_reading, by_driver, by_copy])


async def pid(database: Database) -> int:
    """Return which session of the server has the connection."""
    async with database.driver() as driver:
        found: int = await driver.fetchval("SELECT pg_backend_pid()")
    return found


@WAYS
async def test_the_server_ends_a_statement_that_takes_too_long_and_the_connection_stays(
    way: Any, hurried: Database
) -> None:
    before = await pid(hurried)
    assert cut_off(await error_of(way(hurried, FOREVER)))
    assert await pid(hurried) == before


@WAYS
async def test_where_the_server_keeps_no_limit_the_client_does_and_the_connection_goes(
    way: Any, forsaken: Database
) -> None:
    before = await pid(forsaken)
    assert out_of_reach(await error_of(way(forsaken, FOREVER)))
    assert await pid(forsaken) != before


@WAYS
async def test_a_connection_that_nobody_waits_for_any_more_is_given_to_nobody_else(
    way: Any, url: str, owner: Database
) -> None:
    async with Database(url, ROLE, 1) as database:
        before = await pid(database)
        asking = asyncio.create_task(way(database, FOREVER))
        sleeps = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        await until(lambda: one(owner, f"{sleeps} AND pid = {before}"))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert await pid(database) != before


async def test_a_glance_that_is_broken_off_is_not_taken_again(
    forsaken: Database, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for it would wait twice as long."""
    again: list[object] = []
    monkeypatch.setattr(standings, "freshness", lambda *arguments: again.append(arguments))
    async with owner.session() as session:
        await session.execute(text("LOCK TABLE run IN ACCESS EXCLUSIVE MODE"))
        assert isinstance(await error_of(standings.glance(forsaken, 1)), TimeoutError)
    assert again == []


async def test_a_lock_is_waited_for_no_longer_than_it_may_be(
    hurried: Database, owner: Database
) -> None:
    lock = "SELECT pg_advisory_xact_lock(77)"
    async with owner.session() as session:
        await session.execute(text(lock))
        assert cut_off(await error_of(by_session(hurried, lock)))


async def test_a_transaction_in_which_nothing_happens_keeps_no_lock(
    url: str, owner: Database
) -> None:
    """Its process may have been stopped between two statements."""
    lock = "SELECT pg_advisory_xact_lock(78)"
    async with Database(url, ROLE, 1, replace(DEFAULT, idle=SHORT)) as database:

        async def idle() -> None:
            async with database.session() as session:
                await session.execute(text(lock))
                async with asyncio.timeout(LONG.total_seconds()):
                    await by_session(owner, lock)  # got, as soon as the server ended the other
                await session.execute(text("SELECT 1"))

        assert out_of_reach(await error_of(idle()))
        await by_session(database, lock)


async def test_limits_are_those_that_are_set_and_a_workers_are_longer(url: str) -> None:
    settings = Settings(
        database_statement_timeout=timedelta(seconds=7),
        database_lock_timeout=timedelta(seconds=0.25),
        database_idle_timeout=timedelta(seconds=9),
        worker_statement_timeout=timedelta(minutes=2),
    )

    async def kept(limits: Limits) -> list[str]:
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        async with Database(url, limits=limits) as database, database.driver() as driver:
            return [await driver.fetchval(f"SHOW {name}") for name in names]

    assert await kept(Limits.of_gateway(settings)) == ["7s", "250ms", "9s"]
    assert await kept(Limits.of_worker(settings)) == ["2min"] * 3


async def test_a_gateway_keeps_the_limits_that_are_set(url: str) -> None:
    gateway = app.over(url, Settings(database_statement_timeout=timedelta(seconds=7)))
    async with gateway.router.lifespan_context(gateway):
        database: Database = gateway.state.gateway.database
        async with database.driver() as driver:
            assert await driver.fetchval("SHOW statement_timeout") == "7s"


async def test_a_server_that_never_greets_is_given_up() -> None:
    hasty = replace(DEFAULT, connect=SHORT)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        opening = Database(f"postgresql://me@127.0.0.1:{port}/name", limits=hasty).open()
        async with asyncio.timeout(20):
            assert out_of_reach(await error_of(opening))
