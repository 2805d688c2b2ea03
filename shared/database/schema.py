"""The schema that this code was written for, and whether a database has it."""

from typing import Any

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database.connections import Connections, Driver
from shared.database.faults import SchemaUnknown, UrlUnusable
from shared.database.limits import DEFAULT, Limits

REVISIONS = (
    *("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"),
    *("0011", "0012", "0013", "0014", "0015", "0016", "0017", "0018", "0019", "0020"),
    *("0021", "0022", "0023", "0024", "0025", "0026", "0027", "0028", "0029"),
)
"""The steps under migrations/, oldest first."""

REVISION = REVISIONS[-1]
"""The schema that this code was written for."""

OLDEST = "0005"
"""The oldest schema that this code can use, so that parts are replaced one by one."""

SEARCH_PATH = {"search_path": "public, pg_temp"}
"""A temporary table never stands in for one of ours that has the same name."""


def support(revision: str, oldest: str) -> str:
    """Return the note of a database at *revision* that code written for *oldest* can use it.

    A step leaves it as the comment on `alembic_version`, which every role can read.
    """
    return f"{revision} supports {oldest}"


def made_by_another(revision: str) -> SchemaUnknown:
    """Return the error for a database at a *revision* from which no step of ours leads on."""
    return SchemaUnknown(
        f"the database is at revision {revision}, which this version does not know:"
        " run the version that made it, or a newer one"
    )


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


async def require_schema(url: str, role: str | None = None, limits: Limits = DEFAULT) -> bool:
    """Say whether *role* may be taken on the server of *url*, whose schema must be known.

    Raises: SchemaUnknown, UrlUnusable, and the driver's errors where no server answers.
    """
    engine = create_async_engine(
        driver_url(url), connect_args={"server_settings": SEARCH_PATH, **limits.of_client()}
    )
    connections = Connections(engine)
    try:
        async with engine.connect() as connection:  # its errors are those that `refusal` reads
            driver: Any = (await connection.get_raw_connection()).driver_connection
            member = await driver.fetchval(
                "SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = $1", role
            )
            await require_known(driver)
    finally:
        await connections.close()
    return bool(member)


async def require_known(driver: Driver) -> None:
    """Refuse a database whose schema we cannot use. Raises: SchemaUnknown."""
    try:
        found = await driver.fetchrow(
            "SELECT version_num, obj_description('alembic_version'::regclass) FROM alembic_version"
        )
    except asyncpg.SyntaxOrAccessError:
        found = None
    revision, note = found or (None, None)
    _require_known(revision, note)


def _require_known(revision: str | None, note: str | None) -> None:
    """Refuse a database at *revision* that neither we nor its *note* say we can use."""
    if revision in REVISIONS[REVISIONS.index(OLDEST) :]:
        return
    if revision and revision not in REVISIONS:
        if note in [support(revision, known) for known in REVISIONS]:
            return
        raise made_by_another(revision)
    found = f"is at revision {revision}" if revision else "was never migrated"
    raise SchemaUnknown(
        f"the database {found}, this version needs {REVISION}: run `pilotzone migrate`"
    )
