"""How a process speaks to PostgreSQL."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from copy import copy
from functools import partial
from typing import Any, Self, TypeAlias

import asyncpg
import msgspec
import structlog
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm import configure_mappers

from shared.database.connections import BROKEN_OFF, Connections, Driver
from shared.database.faults import DiskFull
from shared.database.inquiries import Inquiries
from shared.database.limits import DEFAULT, Limits
from shared.database.probe import Probe
from shared.database.rows import RowReach
from shared.database.schema import SEARCH_PATH, driver_url, require_schema
from shared.database.turns import Turns

log = structlog.get_logger()

Session: TypeAlias = AsyncSession

READ_COMMITTED = {"default_transaction_isolation": "read committed"}
"""A statement that waited for a round's lock must see what was committed meanwhile."""

PLANNING = {
    "enable_seqscan": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "random_page_cost": "1.1",
    "work_mem": "64MB",
}
"""For short statements on tables that grow: planned once, by the index from the first row on, as a
plan made for an empty table would go on reading all of a full one; and not compiled. The memory is
a bound, so that what may be hashed is hashed, and taken by a run over a whole round alone."""

KEEPALIVE = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
"""What a process holds is free at once when it dies; when its machine vanishes, within a minute."""

SHARE = 4
"""One round's writers have at most this part of the connections: one in four, but one at least."""

FULL_SECONDS = 10.0
"""How long after a write failed for want of room a process says that it is not ready."""


class Database:
    """A PostgreSQL of which a process is a client, and the ways to speak to it."""

    def __init__(
        self, url: str, role: str | None = None, pool: int = 5, limits: Limits = DEFAULT
    ) -> None:
        """Name the database; it is reached by `open`.

        The *role* is taken where the connecting user may; where it may not, or where nobody created
        the role, the connection keeps the rights it came with, and a warning says so.
        """
        self._url, self._pool, self._limits = url, pool, limits
        self._role = None if role is None else str(role)  # the driver takes no enumeration
        self._name = self._role or "pilotzone"
        self._connections: Connections | None = None
        self._inquiries: Inquiries | None = None
        self._probe: Probe | None = None
        self._turns = Turns(max(1, pool // SHARE), limits.pool)
        self._full_until = 0.0
        self._sessions = async_sessionmaker[AsyncSession](expire_on_commit=False)
        self._reach: RowReach | None = None

    async def open(self) -> Self:
        """Reach the database, whose schema this code must know; return it.

        Raises: SchemaUnknown, UrlUnusable, and the driver's errors where no server answers.
        """
        configure_mappers()  # else the first request does, and holds up all others for 40 ms
        may_take_role = await require_schema(self._url, self._role, self._limits)
        settings = READ_COMMITTED | SEARCH_PATH | PLANNING | KEEPALIVE | self._limits.of_server()
        settings |= {"application_name": self._name}
        if self._role and may_take_role:
            settings["role"] = self._role
        elif self._role:
            log.warning(
                "role not taken: all rights of the database's user are in force;"
                ' see docs/operations.md, "Roles and rights"',
                role=self._role,
            )
        return self.over(
            create_async_engine(
                driver_url(self._url),
                json_serializer=partial(json.dumps, ensure_ascii=False),
                json_deserializer=msgspec.json.decode,  # large ones would hold up everybody else
                pool_size=self._pool,
                max_overflow=0,
                pool_use_lifo=True,
                pool_timeout=self._limits.pool.total_seconds(),
                connect_args={"server_settings": settings, **self._limits.of_client()},
            )
        )

    async def __aenter__(self) -> Self:
        """Reach the database, as `open` does."""
        return await self.open()

    async def __aexit__(self, *_: object) -> None:
        """Give up every connection."""
        await self.close()

    def over(self, engine: AsyncEngine) -> Self:
        """Speak through *engine*; return the database."""
        self._connections = Connections(engine)
        self._inquiries = Inquiries(self._connections)
        self._probe = Probe(engine.url, self._name)
        self._sessions.configure(bind=engine)
        return self

    async def close(self) -> None:
        """Give up every connection, whether or not the server still answers."""
        if self._connections is not None and self._probe is not None:
            await asyncio.gather(self._connections.close(), self._probe.close())

    @property
    def patience(self) -> float:
        """How many seconds all that a request asks may take: as long as one statement at most."""
        return self._limits.of_client()["command_timeout"]

    def within(self, reach: RowReach | None) -> Self:
        """Return the same database, whose sessions see the rows within *reach* alone; None: all.

        A limited session costs two round trips more: before its first statement and at its end.
        """
        if reach is None:
            return self
        limited = copy(self)
        limited._reach = reach  # noqa: SLF001 -- it is one of us
        return limited

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Give a session that is one transaction: committed at the end, undone by an error."""
        async with (
            self._session() as session,
            session.begin(),
            _given_up_if_broken_off(session),
        ):
            yield session

    @asynccontextmanager
    async def writing(self, round_: str) -> AsyncIterator[Session]:
        """Give what `session` does, to few at a time of those who name the same *round*.

        For who may have to wait for the round's lock. Raises: Busy.
        """
        async with self._turns.turn(round_), self.session() as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Give a session whose statements are transactions of their own: one round trip each.

        For what only reads, and does not mind that two statements see two moments.
        """
        async with self._session() as session, _given_up_if_broken_off(session):
            await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Session]:
        """Give a session whose statements all see the same moment, and which cannot write."""
        async with self._session() as session, _given_up_if_broken_off(session):
            await session.connection(
                execution_options={
                    "isolation_level": "REPEATABLE READ",
                    "postgresql_readonly": True,
                }
            )
            yield session

    def driver(self) -> AbstractAsyncContextManager[Driver]:
        """Give the driver itself, whose statements are transactions of their own.

        For what is in a hurry: a statement costs a third of what it costs through a session.
        It is limited to no rows, so that a database which is has none to give.
        Raises: ConnectionError where the connection was lost, TimeoutError where no answer came.
        """
        self._require_unlimited()
        if self._connections is None:
            raise ConnectionError("the database has not been opened")
        return self._connections.driver()

    async def row(self, statement: str, *arguments: Any) -> Sequence[Any]:
        """Return the row that finds a *statement* which is asked all the time, by any number.

        Like `driver` it is limited to no rows, and raises what that does.
        """
        self._require_unlimited()
        if self._inquiries is None:
            raise ConnectionError("the database has not been opened")
        return await self._inquiries.row(statement, *arguments)

    def _require_unlimited(self) -> None:
        if self._reach is not None:
            raise TypeError("a database limited to some rows gives sessions alone")

    def _session(self) -> AsyncSession:
        session = self._sessions()
        if self._reach is not None:
            self._reach.limit(session)
        return session

    def note_full(self) -> None:
        """Remember for a while that a write failed because the disk is full."""
        self._full_until = time.monotonic() + FULL_SECONDS

    async def require_answer(self) -> None:
        """Ask something of the database, past the connections that requests use.

        Raises: DiskFull while a write failed of late; SchemaUnknown; or whatever keeps the server
        from answering, within two seconds.
        """
        if time.monotonic() < self._full_until:
            raise DiskFull
        if self._probe is None:
            raise ConnectionError("the database has not been opened")
        await self._probe.require_answer()


async def driver_of(session: Session) -> Any:
    """Return the asyncpg connection under *session*, for what SQLAlchemy would make dear.

    It takes part in the session's transaction, which is begun if no statement did so yet. Raises:
    what the driver does, untranslated, as do its statements.
    """
    adapted = await session.run_sync(_adapted)
    driver = adapted.driver_connection
    if not driver.is_in_transaction():
        # What SQLAlchemy does before a session's first statement: one for nothing costs 0.4 ms.
        try:
            await adapted._start_transaction()  # noqa: SLF001
        except adapted.dbapi.Error as translated:
            raise translated.__cause__ or translated from None
    return driver


def _adapted(session: SyncSession) -> Any:
    return session.connection().connection.dbapi_connection


@asynccontextmanager
async def _given_up_if_broken_off(session: Session) -> AsyncIterator[None]:
    """Give the connection up if a command over the driver that `driver_of` returns is broken off.

    SQLAlchemy does not know of that, and would first ask the server for a rollback. So it would
    where the driver heard what it did not expect, as a server's last word: after a COPY that it
    could not begin it takes no other command, and the rollback's error would hide the first.
    """
    try:
        yield
    except BROKEN_OFF:
        await session.invalidate()
        raise
    except asyncpg.InternalClientError:
        # Else the server, which is going, would be given time to break a command off.
        (await session.run_sync(_adapted)).driver_connection.terminate()
        await session.invalidate()
        raise
