"""Hearing what PostgreSQL announces, over connections that come and go."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from api.app import ROLE
from shared.database import notifications
from shared.database.engine import Sessions, connect
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
async def engine(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """Give one connection with the gateway's rights."""
    monkeypatch.setattr(notifications, "RETRY_SECONDS", 0.05)
    engine = await connect(database, ROLE, pool=1)
    yield engine
    await engine.dispose()


@pytest.fixture
async def ear(engine: AsyncEngine) -> AsyncIterator[Ear]:
    """Give an ear at the channel of runs."""
    ear = Ear()
    listening = asyncio.create_task(listen(engine, "run", ear.heard.append))
    yield ear
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening


async def hang_up(owner: Sessions) -> None:
    """End the connection that listens."""
    (listener,) = await rows(owner, LISTENERS)
    await execute(owner, f"SELECT pg_terminate_backend({listener[0]}, 5000)")


async def test_each_notification_names_its_round(ear: Ear, owner: Sessions) -> None:
    """The first call says that something may have been missed before."""
    await ear.until(None)

    await execute(owner, "NOTIFY run, '7'")
    await execute(owner, "NOTIFY submission_change, '8'")
    await execute(owner, "NOTIFY run, '9'")

    await ear.until(None, 7, 9)


async def test_a_server_that_goes_at_the_same_moment_does_not_keep_the_listener(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cancelled once; an error in place of the cancellation would let it listen for ever."""
    began = asyncio.Event()
    listening = asyncio.create_task(listen(engine, "run", lambda _: began.set()))
    await began.wait()

    async def fail(*_: object) -> None:
        raise asyncpg.InternalClientError("got the server's last word instead of an answer")

    with monkeypatch.context() as broken:
        broken.setattr(asyncpg.Connection, "remove_listener", fail)
        listening.cancel()
        done, _ = await asyncio.wait({listening}, timeout=10)

    assert done
    assert listening.cancelled()


async def test_a_lost_connection_is_opened_again(ear: Ear, owner: Sessions) -> None:
    """Each time, who listens is told that something may have been missed."""
    await ear.until(None)
    await hang_up(owner)
    await ear.until(None, None)
    await hang_up(owner)
    await ear.until(None, None, None)

    await execute(owner, "NOTIFY run, '7'")

    await ear.until(None, None, None, 7)


async def test_a_connection_that_dies_before_it_listens_is_not_the_end(
    engine: AsyncEngine, owner: Sessions
) -> None:
    """It may go between the pool and the first word."""
    borrowed = 0

    def cut(connection: Any, *_: object) -> None:
        nonlocal borrowed
        borrowed += 1
        if borrowed == 1:
            connection.driver_connection.terminate()

    event.listen(engine.sync_engine, "checkout", cut)
    ear = Ear()
    listening = asyncio.create_task(listen(engine, "run", ear.heard.append))
    await ear.until(None)
    await execute(owner, "NOTIFY run, '7'")
    await ear.until(None, 7)
    listening.cancel()

    assert borrowed == 2


async def test_a_server_that_is_away_is_asked_until_it_is_back(
    engine: AsyncEngine, ear: Ear, owner: Sessions
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

    event.listen(engine.sync_engine, "do_connect", answer)
    await hang_up(owner)
    await until(asked_again)
    await execute(owner, "NOTIFY run, '7'")  # nobody listens
    is_back = True
    await ear.until(None, None)

    await execute(owner, "NOTIFY run, '8'")

    await ear.until(None, None, 8)


async def test_who_stops_listening_gives_the_connection_back_without_an_ear(
    engine: AsyncEngine, owner: Sessions
) -> None:
    """The pool hands it to somebody else."""
    ear = Ear()
    listening = asyncio.create_task(listen(engine, "run", ear.heard.append))
    await ear.until(None)
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening

    async with engine.connect() as connection:
        channels = (await connection.exec_driver_sql("SELECT pg_listening_channels()")).all()

    await execute(owner, "NOTIFY run, '7'")
    assert channels == []
    assert ear.heard == [None]
