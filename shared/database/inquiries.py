"""Statements that are asked all the time, each prepared once on a connection kept for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg.prepared_stmt import PreparedStatement
from cachetools import LRUCache

from shared.database.connections import Connections, Driver

KNOWN = 1_000
"""Rows that are remembered."""

SNAPSHOT = "CAST(pg_current_snapshot() AS text)"
"""Which transactions are seen. Two statements that see the same ones find the same rows."""

DISTRIBUTED = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
"""Whether rows may lie on other servers, of whose transactions a snapshot of this one says nothing.
"""


@dataclass(frozen=True, slots=True)
class _Known:
    """A row, and the snapshot in which it was found; *settled*: twice in succession."""

    row: Sequence[Any]
    snapshot: str
    settled: bool


class Inquiries:
    """Asks over one connection, or the pool's while that is busy: nobody waits for another's.

    To take a connection from the pool and to find the statement again costs twice what the answer
    does. And where nothing was committed since a row was found, to ask for that costs half of
    finding it again; see docs/adr/0046-nothing-was-committed-since.md.
    """

    def __init__(self, connections: Connections) -> None:
        """Have no connection yet; it is one more than those of the pool of *connections*."""
        self._connections = connections
        self._driver: Driver | None = None
        self._distributed = False
        self._prepared: dict[str, PreparedStatement] = {}
        self._known: LRUCache[tuple[str, tuple[Any, ...]], _Known] = LRUCache(KNOWN)
        self._busy = False

    async def row(self, statement: str, *arguments: Any) -> Sequence[Any]:
        """Return the row that *statement* finds, a transaction of its own.

        It is a query whose answer depends on what is stored alone. Raises: ConnectionError where
        the connection was lost, TimeoutError where no answer came, or the driver's own errors.
        """
        if self._busy:
            async with self._connections.driver() as driver:
                found: Sequence[Any] = await driver.fetchrow(statement, *arguments)
            return found
        self._busy = True
        try:
            return await self._found(statement, arguments)
        except BaseException:
            self._give_up()
            raise
        finally:
            self._busy = False

    async def _found(self, statement: str, arguments: tuple[Any, ...]) -> Sequence[Any]:
        """Return the row that was found before if nothing was committed since, else find it.

        While much is committed, a statement would be spent for nothing each time.
        """
        driver = self._driver
        if driver is None or driver.is_closed():
            driver = await self._connect()
        known = self._known.get((statement, arguments))
        if known is not None and known.settled:
            (snapshot,) = await self._answer(driver, f"SELECT {SNAPSHOT}")
            if snapshot == known.snapshot:
                return known.row
        snapshot, *row = await self._answer(
            driver,
            f"SELECT {SNAPSHOT}, asked.* FROM ({statement}) AS asked",  # noqa: S608 -- all ours
            *arguments,
        )
        if not self._distributed:
            settled = known is not None and known.snapshot == snapshot
            self._known[statement, arguments] = _Known(row, snapshot, settled)
        return row

    async def _answer(self, driver: Driver, statement: str, *arguments: Any) -> Sequence[Any]:
        """Ask a *statement* that is prepared when it is first asked."""
        if statement not in self._prepared:
            self._prepared[statement] = await driver.prepare(statement)
        found: Sequence[Any] = await self._prepared[statement].fetchrow(*arguments)
        return found

    async def _connect(self) -> Driver:
        """Know nothing of what was seen over another connection: it may be another server."""
        self._prepared.clear()
        self._known.clear()
        self._driver = driver = await self._connections.take()
        self._distributed = await driver.fetchval(DISTRIBUTED)
        return driver

    def _give_up(self) -> None:
        """Ask over another connection next time: this one may wait for its server for ever."""
        if self._driver is not None:
            self._driver.terminate()
        self._driver = None
