"""Moving a whole database: how PostgreSQL's own programs reach it, what it holds, emptying it."""

from dataclasses import dataclass

import asyncpg
from sqlalchemy import URL, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.core.database_role import DatabaseRole
from shared.database.faults import UrlUnusable
from shared.database.schema import SEARCH_PATH, driver_url

FAULTS = (SQLAlchemyError, asyncpg.PostgresError)
"""What is raised where a database does not hold what is to be read from it."""

EPOCH = "SELECT coalesce(max(number), 0) FROM log_epoch"

REGISTERED = ("applicant", "framework", "reporter", "round")
"""What somebody registered after the schema was made; the first step made these tables."""

REGISTRATIONS = "SELECT " + " OR ".join(f"EXISTS (SELECT FROM {each})" for each in REGISTERED)  # noqa: S608

EVERYTHING = """
    SELECT oid, 'pg_class'::regclass, format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    UNION ALL
    SELECT oid, 'pg_proc'::regclass, format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT oid, 'pg_class'::regclass, format('DROP TYPE IF EXISTS %s CASCADE', oid::regclass)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'c'
"""

HELD = f"""
    FROM ({EVERYTHING}) AS held (oid, class, statement)
    WHERE NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = class AND objid = held.oid AND deptype = 'e'
    )
"""
"""What is in the schema `public` but not of an extension, and how it is taken away."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a URL: the server's major version, what the database holds, the last epoch.

    It is *migrated* if a step of ours made its schema, and *filled* if it holds more than that.
    *processes* are the kinds of ours that are connected; *lacking* the roles that do not exist and
    that the URL's user cannot create.
    """

    major: int
    migrated: bool
    filled: bool
    epoch: int
    processes: list[str]
    lacking: list[str]


def variables(url: str) -> dict[str, str]:
    """Return what leads PostgreSQL's programs to the database of *url*, as environment variables.

    What the URL leaves open they find as the driver does. Raises: UrlUnusable.
    """
    given = _one_server(url)
    query = given.query
    found = {
        "PGHOST": query.get("host") or given.host,
        "PGPORT": query.get("port") or given.port,
        "PGUSER": given.username,
        "PGPASSWORD": given.password,
        "PGDATABASE": given.database,
        "PGSSLMODE": query.get("ssl"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def _one_server(url: str) -> URL:
    """Return the driver's URL: of several servers, programs might reach another than we do."""
    given = driver_url(url)
    places = [given.query.get("host", given.host or ""), given.query.get("port", "")]
    if any(not isinstance(each, str) or "," in each for each in places):
        raise UrlUnusable("PILOTZONE_DATABASE_URL names several servers: name one of them")
    return given


async def look(url: str) -> Standing:
    """Return what stands at *url*, whatever its schema. Raises: UrlUnusable."""
    engine = create_async_engine(_one_server(url), connect_args={"server_settings": SEARCH_PATH})
    try:
        async with engine.connect() as connection:
            query = text(f"""
                SELECT current_setting('server_version_num')::int / 10000,
                    to_regclass('alembic_version') IS NOT NULL,
                    EXISTS (SELECT {HELD}),
                    (SELECT bool_and(to_regclass(name) IS NOT NULL)
                        FROM unnest(CAST(:registered AS text[])) AS register (name)),
                    to_regclass('log_epoch') IS NOT NULL,
                    (SELECT coalesce(array_agg(DISTINCT application_name), '{{}}')
                        FROM pg_stat_activity
                        WHERE datname = current_database()
                            AND application_name = ANY (CAST(:roles AS text[]))),
                    (SELECT coalesce(array_agg(role), '{{}}')
                        FROM unnest(CAST(:roles AS text[])) AS wanted (role)
                        WHERE to_regrole(role) IS NULL AND NOT (
                            SELECT rolsuper OR rolcreaterole FROM pg_roles
                            WHERE rolname = current_user))
            """)  # noqa: S608 -- constants alone
            roles = [str(each) for each in DatabaseRole]
            parameters = {"roles": roles, "registered": list(REGISTERED)}
            row = (await connection.execute(query, parameters)).one()
            major, migrated, holds, registers, sealing, processes, lacking = row
            empty = migrated and registers and not await connection.scalar(text(REGISTRATIONS))
            return Standing(
                major,
                migrated,
                holds and not empty,
                int(await connection.scalar(text(EPOCH))) if migrated and sealing else 0,
                list(processes),
                list(lacking),
            )
    finally:
        await engine.dispose()


EMPTY = f"""
DO $empty$
DECLARE
    dropped text;
BEGIN
    SELECT string_agg(statement, '; ') INTO dropped {HELD};
    IF dropped IS NOT NULL THEN
        EXECUTE dropped;
    END IF;
END
$empty$;
"""
"""Takes away all tables and functions of the schema `public` but those of extensions."""
