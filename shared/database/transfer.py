"""Moving a whole database: how PostgreSQL's own programs reach it, what it holds, emptying it."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.core.database_role import DatabaseRole
from shared.database.schema import SEARCH_PATH, driver_url

EPOCH = "SELECT max(number) FROM log_epoch"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at a URL: the server's major version, whether there are rounds, the last epoch.

    *processes* are the kinds of ours that are connected; *lacking* the roles that do not exist and
    that the URL's user cannot create.
    """

    major: int
    rounds: bool
    epoch: int
    processes: list[str]
    lacking: list[str]


def variables(url: str) -> dict[str, str]:
    """Return what leads PostgreSQL's programs to the database of *url*, as environment variables.

    What the URL leaves open they find as the driver does. Raises: UrlUnusable.
    """
    given = driver_url(url)
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


async def look(url: str) -> Standing:
    """Return what stands at *url*, whatever its schema."""
    engine = create_async_engine(driver_url(url), connect_args={"server_settings": SEARCH_PATH})
    try:
        async with engine.connect() as connection:
            query = text("""
                SELECT current_setting('server_version_num')::int / 10000,
                    to_regclass('round') IS NOT NULL, to_regclass('log_epoch') IS NOT NULL,
                    (SELECT coalesce(array_agg(DISTINCT application_name), '{}')
                        FROM pg_stat_activity
                        WHERE datname = current_database()
                            AND application_name = ANY (CAST(:roles AS text[]))),
                    (SELECT coalesce(array_agg(role), '{}')
                        FROM unnest(CAST(:roles AS text[])) AS wanted (role)
                        WHERE to_regrole(role) IS NULL AND NOT (
                            SELECT rolsuper OR rolcreaterole FROM pg_roles
                            WHERE rolname = current_user))
            """)
            roles = [str(each) for each in DatabaseRole]
            row = (await connection.execute(query, {"roles": roles})).one()
            major, migrated, sealing, processes, lacking = row
            rounds, epoch = text("SELECT EXISTS (SELECT FROM round)"), text(EPOCH)
            return Standing(
                major,
                migrated and bool(await connection.scalar(rounds)),
                int(await connection.scalar(epoch)) if sealing else 0,
                list(processes),
                list(lacking),
            )
    finally:
        await engine.dispose()


EMPTY = """
DO $empty$
DECLARE
    dropped text;
BEGIN
    SELECT string_agg(statement, '; ') INTO dropped FROM (
        SELECT oid, 'pg_class'::regclass, format('DROP TABLE %s CASCADE', oid::regclass)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        UNION ALL
        SELECT oid, 'pg_proc'::regclass, format('DROP ROUTINE %s CASCADE', oid::regprocedure)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    ) AS ours (oid, class, statement)
    WHERE NOT EXISTS (
        SELECT FROM pg_depend WHERE classid = class AND objid = ours.oid AND deptype = 'e'
    );
    IF dropped IS NOT NULL THEN
        EXECUTE dropped;
    END IF;
END
$empty$;
"""
"""Takes away all tables and functions of the schema `public` but those of extensions."""
