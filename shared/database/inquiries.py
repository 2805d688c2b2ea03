"""Statements that are asked all the time, each prepared once on a connection kept for them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from asyncpg.prepared_stmt import PreparedStatement

from shared.database.connections import Connections, Driver


class Inquiries:
    """Asks over one connection, or the pool's while that is busy: nobody waits for another's.

    To take a connection from the pool and to find the statement again costs twice what the answer
    does.
    """

    def __init__(self, connections: Connections) -> None:
        """Have no connection yet; it is one more than those of the pool of *connections*."""
        self._connections = connections
        self._driver: Driver | None = None
        self._prepared: dict[str, PreparedStatement] = {}
        self._busy = asyncio.Lock()

    async def row(self, statement: str, *arguments: Any) -> Sequence[Any]:
        """Return the row that *statement* finds, a transaction of its own.

        Raises: ConnectionError where the connection was lost, TimeoutError where no answer came, or
        the driver's own errors.
        """
        if self._busy.locked():
            async with self._connections.driver() as driver:
                found: Sequence[Any] = await driver.fetchrow(statement, *arguments)
            return found
        async with self._busy:
            try:
                found = await (await self._known(statement)).fetchrow(*arguments)
            except BaseException:
                self._give_up()
                raise
        return found

    async def _known(self, statement: str) -> PreparedStatement:
        """Return *statement* as prepared on a connection that is still open."""
        if self._driver is None or self._driver.is_closed():
            self._prepared.clear()
            self._driver = await self._connections.take()
        if statement not in self._prepared:
            self._prepared[statement] = await self._driver.prepare(statement)
        return self._prepared[statement]

    def _give_up(self) -> None:
        """Ask over another connection next time: this one may wait for its server for ever."""
        if self._driver is not None:
            self._driver.terminate()
        self._driver = None
