"""The connections to one PostgreSQL: kept, lent, and thrown away once they cannot be trusted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TypeAlias
from weakref import WeakSet

import asyncpg
from sqlalchemy import AdaptedConnection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database.rows import require_unlimited, unlimited_again

Driver: TypeAlias = asyncpg.Connection

BROKEN_OFF = (TimeoutError, asyncio.CancelledError)
"""What is raised where a command is broken off from our side."""

CLOSE_SECONDS = 1.0
"""How long a server has to take leave of all connections, before they are cut."""


class Connections:
    """The pool of *engine*.

    A connection whose command was broken off from our side, by a limit on time or because nobody
    wants the answer any more, may wait for its server for ever: nobody else is given it. SQLAlchemy
    sees to that by itself for what goes through it, and gives the server two seconds for it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Watch over what *engine* opens from now on."""
        self.engine = engine
        self._opened = WeakSet[Driver]()
        event.listen(engine.sync_engine, "connect", self._remember)
        event.listen(engine.sync_engine, "checkout", _require_alive)
        event.listen(engine.sync_engine, "checkout", require_unlimited)
        event.listen(engine.sync_engine, "reset", unlimited_again)

    @asynccontextmanager
    async def driver(self) -> AsyncIterator[Driver]:
        """Lend a connection as it is, past SQLAlchemy.

        Raises: ConnectionError where the connection was lost, TimeoutError where no answer came.
        """
        pooled = await self.engine.raw_connection()
        driver: Driver = pooled.driver_connection
        try:
            yield driver
        except BROKEN_OFF:
            driver.terminate()
            raise
        except Exception as error:
            if isinstance(error, asyncpg.InternalClientError):  # it may never take a command again
                driver.terminate()
            if driver.is_closed():
                # The driver says so in several ways, not all of them an error of PostgreSQL's.
                raise ConnectionError(str(error)) from error
            raise
        finally:
            pooled.close()

    async def take(self) -> Driver:
        """Give away a connection for good, one more than the pool has."""
        pooled = await self.engine.raw_connection()
        driver: Driver = pooled.driver_connection
        pooled.detach()
        return driver

    async def close(self) -> None:
        """Take leave of the server; where it does not answer, go without."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.engine.dispose()
        for each in self._opened:
            each.terminate()

    def _remember(self, connection: AdaptedConnection, *_: object) -> None:
        self._opened.add(connection.driver_connection)


def _require_alive(connection: AdaptedConnection, *_: object) -> None:
    """Have the pool replace what died while it lay idle: the driver knows without a round trip."""
    driver: Driver = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError
