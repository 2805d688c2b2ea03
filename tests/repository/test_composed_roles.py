"""What the composition's PostgreSQL is set up with, tried on a server that is as new."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from shared.core.database_role import DatabaseRole
from shared.database import Database
from shared.database.migration import migrate, missing_roles
from shared.database.schema import driver_url
from shared.embedded import server as embedded
from shared.embedded.cluster import _binary
from tests.conftest import QUICK
from tests.fixtures.places import data_folder
from tests.fixtures.postgres import ask

ROOT = Path(__file__).parents[2]
DATABASE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][
    "database"
]
SCRIPT = ROOT / "docker-initdb.sql"
PASSWORDS = {
    "PILOTZONE_DB_PASSWORD": "the owner's",
    "PILOTZONE_GATEWAY_DB_PASSWORD": "'; DROP ROLE pilotzone; --",
    "PILOTZONE_WORKER_DB_PASSWORD": '密码 \\ "',
}
LOGINS = ("pilotzone", *DatabaseRole)


def at(url: str, user: str, database: str = "pilotzone") -> str:
    """Return *url* for another user and database."""
    return make_url(url).set(username=user, database=database).render_as_string()


@pytest.fixture(scope="module")
def initialised() -> Iterator[str]:
    """Give the URL of a server on which the script was run as the image runs it."""
    with data_folder() as folder, embedded.serve(folder, QUICK) as url:
        maintenance = at(url, "postgres", "postgres")
        ask(maintenance, "DROP DATABASE pilotzone")
        ask(maintenance, "DROP ROLE pilotzone_gateway, pilotzone_worker")
        ask(maintenance, "ALTER ROLE postgres PASSWORD 'from the image'")
        query = make_url(url).query
        where = [f"--host={query['host']}", f"--port={query['port']}", "--username=postgres"]
        how = ["--set=ON_ERROR_STOP=1", "--no-password", "--no-psqlrc", "--dbname=postgres"]
        subprocess.run(
            [_binary("psql"), *where, *how, f"--file={SCRIPT}"],
            env=os.environ | PASSWORDS,
            check=True,
        )
        migrate(at(url, "pilotzone"))
        yield url


def test_the_script_is_where_the_image_looks_and_has_what_it_reads() -> None:
    assert f"./{SCRIPT.name}:/docker-entrypoint-initdb.d/{SCRIPT.name}:ro" in DATABASE["volumes"]
    assert set(PASSWORDS) < set(DATABASE["environment"])
    read = {line.split()[2] for line in SCRIPT.read_text().splitlines() if "\\getenv" in line}
    assert read == set(PASSWORDS)


def test_every_login_has_a_password_and_the_superuser_none(initialised: str) -> None:
    maintenance = at(initialised, "postgres")
    query = "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_authid"

    assert ask(maintenance, f"{query} WHERE rolpassword LIKE 'SCRAM%'") == " ".join(LOGINS)
    assert ask(maintenance, f"{query} WHERE rolsuper AND rolcanlogin") == "postgres"
    assert ask(maintenance, f"{query} WHERE rolcreaterole AND NOT rolsuper") is None
    assert missing_roles(at(initialised, "pilotzone")) == []


async def refused(url: str, statement: str) -> str | None:
    """Execute a statement and return the SQLSTATE of its refusal."""
    engine = create_async_engine(driver_url(url), isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(statement))
    except DBAPIError as error:
        return getattr(error.orig, "sqlstate", None)
    finally:
        await engine.dispose()
    return None


@pytest.mark.parametrize("role", DatabaseRole)
async def test_gateway_and_worker_do_their_work_and_become_nobody_else(
    initialised: str, role: DatabaseRole
) -> None:
    url = at(initialised, role)
    async with Database(url, role) as database, database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM submission")) == 0

    for statement in (
        "SET ROLE pilotzone",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION pilotzone",
        f"ALTER ROLE {role} SUPERUSER",
        "UPDATE submission SET number = 0",
    ):
        assert await refused(url, statement) == "42501", statement


async def test_the_owner_is_no_superuser(initialised: str) -> None:
    url = at(initialised, "pilotzone")
    found = [
        await refused(url, each) for each in ("SET ROLE postgres", "CREATE ROLE mine", "CHECKPOINT")
    ]

    assert found == ["42501"] * 3
    assert await asyncio.to_thread(ask, url, "SELECT count(*) FROM api_key") == 0
