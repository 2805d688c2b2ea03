"""How a process reaches PostgreSQL: the URL, the role it takes, the schema it must find."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeAlias

import asyncpg
import structlog
from sqlalchemy import URL, AdaptedConnection, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

log = structlog.get_logger()

Sessions: TypeAlias = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def reading(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Give a session whose statements are transactions of their own: a round trip each, not three.

    For what only reads, and does not mind that two statements see two moments.
    """
    async with sessions() as session:
        await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield session


READ_COMMITTED = {"default_transaction_isolation": "read committed"}
"""Who waited for a round's lock must see what was committed meanwhile."""

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

REVISIONS = ("0001", "0002", "0003")
"""The steps under migrations/, oldest first."""

REVISION = REVISIONS[-1]
"""The schema that this code was written for."""

NO_SERVER = ("08", "57P", "53300")
"""How the SQLSTATE begins where a server is gone, stops, starts, or has no connection to spare."""

CUT_OFF = ("57014", "55P03")
"""SQLSTATE of a statement that was cancelled, by a limit on time or by hand, or waited too long."""


class SchemaUnknown(RuntimeError):
    """The database's schema is not the one this version of the service was written for."""


class UrlUnusable(ValueError):
    """The database's URL is none, or not PostgreSQL's; the message never repeats it."""


def made_by_another(revision: str) -> SchemaUnknown:
    """Return the error for a database at a *revision* from which no step of ours leads on."""
    return SchemaUnknown(
        f"the database is at revision {revision}, which this version does not know:"
        " run the version that made it, or a newer one"
    )


def out_of_reach(error: Exception) -> bool:
    """Say whether PostgreSQL did not answer, whatever it was asked: the same can be asked again.

    At a commit it is then unknown whether it took effect.
    """
    origin = getattr(error, "orig", error)  # what goes past SQLAlchemy raises the driver's own
    state = getattr(origin, "sqlstate", None) or ""
    return (
        # The driver's own fault is what a server's last word looks like before the line is cut.
        isinstance(error, OSError | PoolExhausted | asyncpg.InternalClientError)
        or getattr(error, "connection_invalidated", False)
        or state.startswith(NO_SERVER)
    )


def cut_off(error: Exception) -> bool:
    """Say whether PostgreSQL broke a statement off because it took too long: it left no trace."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) in CUT_OFF


async def driver_of(session: AsyncSession) -> Any:
    """Return the asyncpg connection under *session*, for what SQLAlchemy would make dear.

    It takes part in the session's transaction, which is begun if no statement did so yet.
    """
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    if not driver.is_in_transaction():
        await session.execute(text("SELECT"))
    return driver


@asynccontextmanager
async def bare(sessions: Sessions) -> AsyncIterator[asyncpg.Connection]:
    """Give the driver itself, whose statements are transactions of their own.

    For what is in a hurry: a statement costs a third of what it costs through a session. Raises:
    ConnectionError where the connection was lost.
    """
    pooled = await sessions.kw["bind"].raw_connection()
    driver: asyncpg.Connection = pooled.driver_connection
    try:
        yield driver
    except Exception as error:
        if driver.is_closed():
            # The driver says so in several ways, not all of them an error of PostgreSQL's.
            raise ConnectionError(str(error)) from error
        raise
    finally:
        pooled.close()


def driver_url(url: str) -> URL:
    """Return *url* with our driver, whichever of PostgreSQL's usual schemes it was given with.

    Raises: UrlUnusable.
    """
    write = "write postgresql://user@host/database"
    try:
        given = make_url(url)
    except (ArgumentError, ValueError):
        raise UrlUnusable(f"PILOTZONE_DATABASE_URL is not a URL: {write}") from None
    scheme = given.get_backend_name()
    if scheme not in ("postgresql", "postgres"):
        raise UrlUnusable(f"PILOTZONE_DATABASE_URL begins with {scheme}, not PostgreSQL: {write}")
    return given.set(drivername="postgresql+asyncpg")


def sessions_of(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def connect(url: str, role: str | None = None, pool: int = 5) -> AsyncEngine:
    """Open an engine on a schema that this code knows, with the rights of *role* alone.

    The role is taken where the connecting user may; where it may not, or where nobody created the
    role, the connection keeps the rights it came with, and a warning says so.

    Raises: SchemaUnknown, UrlUnusable, and the driver's errors where no server answers.
    """
    may_take_role = await require_schema(url, role)
    settings = READ_COMMITTED | PLANNING | KEEPALIVE | {"application_name": role or "pilotzone"}
    if role and may_take_role:
        settings["role"] = role
    elif role:
        log.warning(
            "role not taken: all rights of the database's user are in force;"
            ' see docs/operations.md, "Roles and rights"',
            role=role,
        )
    engine = create_async_engine(
        driver_url(url),
        json_serializer=partial(json.dumps, ensure_ascii=False),
        pool_size=pool,
        max_overflow=0,
        pool_use_lifo=True,
        connect_args={"server_settings": settings},
    )
    event.listen(engine.sync_engine, "checkout", _require_alive)
    return engine


def _require_alive(connection: AdaptedConnection, *_: object) -> None:
    """Have the pool replace what died while it lay idle: the driver knows without a round trip."""
    driver: asyncpg.Connection = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError


async def require_schema(url: str, role: str | None = None) -> bool:
    """Say whether *role* may be taken on the server of *url*, whose schema must be known.

    Raises: SchemaUnknown, UrlUnusable, and the driver's errors where no server answers.
    """
    engine = create_async_engine(driver_url(url))
    try:
        async with engine.connect() as connection:
            member = await connection.scalar(
                text("SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = :role"),
                {"role": role},
            )
            try:
                revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            except ProgrammingError:
                revision = None
    finally:
        await engine.dispose()
    if revision and revision not in REVISIONS:
        raise made_by_another(revision)
    if revision != REVISION:
        found = f"is at revision {revision}" if revision else "was never migrated"
        raise SchemaUnknown(
            f"the database {found}, this version needs {REVISION}: run `pilotzone migrate`"
        )
    return bool(member)
