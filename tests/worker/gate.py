"""A gate in the middle of a run: whoever comes to it waits until the test opens it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from shared.database import Database
from tests.fixtures.ask import execute, one, until

NUMBER = 4711  # an advisory lock that nothing else takes

PLACES = {
    "taking the changes": "TRIGGER gate BEFORE INSERT ON run_input FOR EACH STATEMENT",
    "writing scores": "TRIGGER gate BEFORE INSERT ON score_version FOR EACH STATEMENT",
    "scores written": "TRIGGER gate BEFORE INSERT ON run_parameters FOR EACH STATEMENT",
    "all but committed": "TRIGGER gate BEFORE DELETE ON round_failure FOR EACH STATEMENT",
    "committing": "CONSTRAINT TRIGGER gate AFTER INSERT ON run DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW",
}
FUNCTION = f"""
    CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared({NUMBER}); RETURN NULL;
    END $$
"""
WAITING = f"""
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND locktype = 'advisory' AND objid = {NUMBER}
        AND NOT granted
"""  # noqa: S608


@asynccontextmanager
async def closed(owner: Database, place: str) -> AsyncIterator[None]:
    """Close a gate at one of the `PLACES` of a run; it is opened at the end."""
    await execute(owner, FUNCTION, f"CREATE {PLACES[place]} EXECUTE FUNCTION gate()")
    async with owner.session() as keeper:
        await keeper.execute(text(f"SELECT pg_advisory_xact_lock({NUMBER})"))
        yield


async def reached(owner: Database, by: int = 1) -> None:
    """Wait until so many stand at the gate."""

    async def there() -> bool:
        return int(await one(owner, WAITING)) >= by

    await until(there)
