"""How the processes of `pilotzone up` log in to embedded PostgreSQL, and what they could become."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.core.database_role import DatabaseRole
from shared.database import Database
from shared.embedded.server import logged_in, serve
from tests.cli.test_up import up, url_of
from tests.conftest import QUICK
from tests.fixtures.ask import rows
from tests.fixtures.places import data_folder
from tests.fixtures.postgres import ask

DENIED = "42501"
MORE = (
    "SET ROLE postgres",
    "SET SESSION ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET SESSION AUTHORIZATION {other}",
    "SET ROLE {other}",
    "ALTER ROLE {own} SUPERUSER",
    "ALTER ROLE {own} CREATEROLE CREATEDB",
    "ALTER ROLE {own} REPLICATION",
    "ALTER ROLE {own} BYPASSRLS",
    "ALTER ROLE postgres PASSWORD 'mine'",
    "ALTER ROLE {other} PASSWORD 'mine'",
    "GRANT postgres TO {own}",
    "GRANT {other} TO {own}",
    "CREATE ROLE mine SUPERUSER LOGIN",
    "CREATE DATABASE mine",
    "CREATE EXTENSION file_fdw",
    "COPY (SELECT) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
    "ALTER SYSTEM SET fsync = off",
    "UPDATE submission SET number = 0",
    "DELETE FROM run",
)


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """Bring the service up; give the URL of its PostgreSQL, which is the owner's."""
    with data_folder() as folder, up(folder) as process:
        url_of(process)
        yield (folder / "run" / "database.url").read_text()


async def test_gateway_and_worker_log_in_as_themselves(database_url: str) -> None:
    """The name in pg_stat_activity is that of the login, whatever role was taken since."""
    who = "SELECT DISTINCT usename, application_name FROM pg_stat_activity"
    who += " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    async with Database(database_url) as owner:
        found = await rows(owner, who)

    assert set(found) == {(str(role), str(role)) for role in DatabaseRole}


@pytest.mark.parametrize("role", DatabaseRole)
async def test_who_has_logged_in_cannot_become_more(database_url: str, role: DatabaseRole) -> None:
    (other,) = set(DatabaseRole) - {role}
    got: dict[str, str | None] = {}
    url = logged_in(database_url, role)
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for back in ("RESET ROLE", "SET ROLE NONE", "RESET SESSION AUTHORIZATION"):
            await connection.execute(text(back))
            identity = await connection.execute(text("SELECT SESSION_USER, CURRENT_USER"))
            assert identity.one() == (str(role), str(role)), back
        for statement in MORE:
            written = statement.format(own=role, other=other)
            try:
                await connection.execute(text(written))
            except DBAPIError as error:
                got[written] = getattr(error.orig, "sqlstate", None)
            else:
                got[written] = None
    await engine.dispose()

    assert {each: found for each, found in got.items() if found != DENIED} == {}


def test_a_role_that_an_older_release_made_may_log_in_from_now_on() -> None:
    """It made them without: gateway and worker came as the owner and took them."""
    with data_folder() as folder:
        with serve(folder, QUICK) as url:
            ask(url, "ALTER ROLE pilotzone_worker NOLOGIN")
        with serve(folder, QUICK) as url:
            worker = logged_in(url, DatabaseRole.WORKER)
            assert ask(worker, "SELECT CURRENT_USER::text") == DatabaseRole.WORKER
