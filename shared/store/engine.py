"""How a process reaches PostgreSQL: the URL, the role it takes, the schema it must find."""

from typing import TypeAlias

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

Sessions: TypeAlias = async_sessionmaker[AsyncSession]

REVISION = "0001"
"""The newest step under migrations/: the schema that this code knows."""


class SchemaUnknown(RuntimeError):
    """The database's schema is not the one this version of the service was written for."""


def driver_url(url: str) -> URL:
    """Return *url* with our driver, whichever of PostgreSQL's usual schemes it was given with."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def sessions_of(engine: AsyncEngine) -> Sessions:
    """Sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def connect(url: str, role: str | None = None, pool: int = 5) -> AsyncEngine:
    """Open an engine on a schema that this code knows, with the rights of *role* alone.

    The role is taken where the connecting user may; where it may not, or where nobody created the
    role, the connection keeps the rights it came with.

    Raises: SchemaUnknown, and the driver's errors where no server answers.
    """
    may_take_role = await require_schema(url, role)
    settings = {"application_name": role or "pilotzone"} | (
        {"role": role} if may_take_role and role else {}
    )
    return create_async_engine(
        driver_url(url),
        pool_size=pool,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"server_settings": settings},
    )


async def require_schema(url: str, role: str | None = None) -> bool:
    """Say whether *role* may be taken on the server of *url*, whose schema must be known.

    Raises: SchemaUnknown, and the driver's errors where no server answers.
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
    if revision != REVISION:
        found = f"is at revision {revision}" if revision else "was never migrated"
        raise SchemaUnknown(
            f"the database {found}, this version needs {REVISION}: run `pilotzone migrate`"
        )
    return bool(member)
