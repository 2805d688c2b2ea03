"""The schema that this code was written for, and whether a database has it."""

from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database.faults import SchemaUnknown, UrlUnusable

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""The steps under migrations/, oldest first."""

REVISION = REVISIONS[-1]
"""The schema that this code was written for."""


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
