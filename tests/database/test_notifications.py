"""Hearing what PostgreSQL announces, over connections that come and go."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event

from api.app import ROLE
from shared.database import Database, notifications
from shared.database.notifications import listen
from tests.fixtures.ask import execute, rows, until

LISTENERS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""


class Ear:
    """Keeps what was heard, in order."""

    def __init__(self) -> None:
        self.heard: list[int | None] = []

    async def until(self, *heard: int | None) -> None:
        """Wait until exactly this was heard."""

        async def same() -> bool:
            return self.heard == list(heard)

        try:
            await until(same)
        except TimeoutError:
            pytest.fail(f"heard {self.heard} instead of {heard}")


@pytest.fixture
async def single(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Give one connection with the gateway's rights."""
    monkeypatch.setattr(notifications, "RETRY_SECONDS", 0.05)
    async with Database(url, ROLE, 1) as database:
        yield database


@pytest.fixture
async def ear(single: Database) -> AsyncIterator[Ear]:
    """Give an ear at the channel of runs."""
    ear = Ear()
    listening = asyncio.create_task(listen(single, {"run": ear.heard.append}))
    yield ear
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def hang_up(owner: Database) -> None:
    """End the connection that listens."""
    (listener,) = await rows(owner, LISTENERS)
    await execute(owner, f"SELECT pg_terminate_backend({listener[0]}, 5000)")


async def test_each_notification_names_its_round(ear: Ear, owner: Database) -> None:
    """The first call says that something may have been missed before."""
    await ear.until(None)

    await execute(owner, "NOTIFY run, '7'")
    await execute(owner, "NOTIFY submission_change, '8'")
    await execute(owner, "NOTIFY run, '9'")

    await ear.until(None, 7, 9)


async def test_what_names_no_round_is_not_heard(ear: Ear, owner: Database) -> None:
    """Anybody who may connect may notify; an error in the ear would be logged each time."""
    errors: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    await ear.until(None)

    for rubbish in ("", "x", "7.5", "9" * 5000):
        await execute(owner, f"NOTIFY run, '{rubbish}'")
    await execute(owner, "NOTIFY run, '9'")
    await ear.until(None, 9)
    asyncio.get_running_loop().set_exception_handler(None)

    assert errors == []


async def test_a_lost_connection_is_opened_again(ear: Ear, owner: Database) -> None:
    """Each time, who listens is told that something may have been missed."""
    await ear.until(None)
    await hang_up(owner)
    await ear.until(None, None)
    await hang_up(owner)
    await ear.until(None, None, None)

    await execute(owner, "NOTIFY run, '7'")

    await ear.until(None, None, None, 7)


async def test_a_connection_that_dies_before_it_listens_is_not_the_end(
    single: Database, owner: Database
) -> None:
    """It may go between the pool and the first word."""
    borrowed = 0

    def cut(connection: Any, *_: object) -> None:
        nonlocal borrowed
        borrowed += 1
        if borrowed == 1:
            connection.driver_connection.terminate()

    assert single._connections is not None
    event.listen(single._connections.engine.sync_engine, "checkout", cut)
    ear = Ear()
    listening = asyncio.create_task(listen(single, {"run": ear.heard.append}))
    await ear.until(None)
    await execute(owner, "NOTIFY run, '7'")
    await ear.until(None, 7)
    listening.cancel()

    assert borrowed == 2


async def test_a_server_that_is_away_is_asked_until_it_is_back(
    single: Database, ear: Ear, owner: Database
) -> None:
    await ear.until(None)
    asked, is_back = 0, False

    def answer(*_: object) -> None:
        nonlocal asked
        asked += 1
        if not is_back:
            raise ConnectionRefusedError

    async def asked_again() -> bool:
        return asked > 2

    assert single._connections is not None
    event.listen(single._connections.engine.sync_engine, "do_connect", answer)
    await hang_up(owner)
    await until(asked_again)
    await execute(owner, "NOTIFY run, '7'")  # nobody listens
    is_back = True
    await ear.until(None, None)

    await execute(owner, "NOTIFY run, '8'")

    await ear.until(None, None, 8)


async def test_who_stops_listening_leaves_no_ear_behind(single: Database, owner: Database) -> None:
    """The pool may hand the place to somebody else."""
    ear = Ear()
    listening = asyncio.create_task(listen(single, {"run": ear.heard.append}))
    await ear.until(None)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening

    async with single.driver() as driver:
        channels = await driver.fetch("SELECT pg_listening_channels()")

    await execute(owner, "NOTIFY run, '7'")
    assert channels == []
    assert ear.heard == [None]
