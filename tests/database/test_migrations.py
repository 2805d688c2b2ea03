"""The steps under migrations/: that they fit together, and what they leave on a server."""

import asyncio
import io
import re
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from pytest_alembic.config import Config as CheckConfig
from pytest_alembic.runner import MigrationContext, runner
from pytest_alembic.tests import default as checks
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from api.app import ROLE as GATEWAY_ROLE
from shared.database import Database, SchemaUnknown
from shared.database.migration import configuration, migrate
from shared.database.schema import REVISION, REVISIONS, driver_url
from shared.database.table import Table
from shared.embedded import server as embedded
from tests.conftest import QUICK
from tests.fixtures.places import data_folder
from worker.__main__ import ROLE as WORKER_ROLE

WITHOUT_ROLES = "DROP ROLE pilotzone_gateway, pilotzone_worker"
MIGRATE = "import sys; from shared.database.migration import migrate; migrate(sys.argv[1])"
CATALOG = """
    SELECT 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod),
        attnotnull::text, (SELECT collname FROM pg_collation WHERE oid = attcollation),
        (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
         WHERE adrelid = attrelid AND adnum = attnum)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'index', tablename, indexname, indexdef, '', '', ''
    FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2, 3
"""

GRANTED = """
    SELECT grantee, table_name, column_name, privilege_type
    FROM information_schema.column_privileges WHERE grantee LIKE 'pilotzone\\_%'
    UNION ALL SELECT grantee, table_name, NULL, privilege_type
    FROM information_schema.table_privileges WHERE grantee LIKE 'pilotzone\\_%'
    UNION ALL SELECT grantee, object_name, NULL, privilege_type
    FROM information_schema.usage_privileges WHERE grantee LIKE 'pilotzone\\_%'
    ORDER BY 1, 2, 3, 4
"""


async def administer(url: str, *statements: str) -> None:
    """Execute statements outside a transaction."""
    engine = create_async_engine(driver_url(url), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def rows(url: str, query: str) -> list[Any]:
    """Return the rows of a query."""
    engine = create_async_engine(driver_url(url))
    async with engine.connect() as connection:
        found = [tuple(row) for row in await connection.execute(text(query))]
    await engine.dispose()
    return found


def at(url: str, **parts: Any) -> str:
    """Return *url* with other parts."""
    return make_url(url).set(**parts).render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def new_server() -> Iterator[str]:
    """Give the URL of a server on which nobody has migrated anything yet."""
    with data_folder() as folder, embedded.serve(folder / "new server", QUICK) as url:
        asyncio.run(administer(url, WITHOUT_ROLES))
        yield url


@pytest.fixture
async def empty(server: str) -> AsyncIterator[str]:
    """Give the URL of a database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex}"
    await administer(server, f"CREATE DATABASE {name}")
    yield at(server, database=name)
    await administer(server, f"DROP DATABASE {name} WITH (FORCE)")


async def in_database(url: str, act: Callable[[Any], Any]) -> None:
    """Call *act* with a connection as Alembic takes it, and commit."""
    engine = create_async_engine(driver_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(act)
    await engine.dispose()


@pytest.mark.parametrize(
    "check",
    [
        checks.test_single_head_revision,
        checks.test_upgrade,
        checks.test_model_definitions_match_ddl,
        checks.test_up_down_consistency,
    ],
)
async def test_the_steps_pass_the_check(
    check: Callable[[MigrationContext], None], empty: str
) -> None:
    def run(connection: Any) -> None:
        with runner(CheckConfig(alembic_config=configuration(empty)), connection) as context:
            check(context)

    await in_database(empty, run)


async def test_the_models_say_everything_that_the_steps_do(url: str, empty: str) -> None:
    """Alembic compares neither defaults, nor collations, nor checks, nor an index's condition."""
    await in_database(empty, Table.metadata.create_all)

    migrated = {row for row in await rows(url, CATALOG) if row[1] != "alembic_version"}
    assert migrated == set(await rows(empty, CATALOG))


def test_the_code_asks_for_the_newest_step() -> None:
    steps = ScriptDirectory.from_config(configuration("postgresql://nowhere"))

    assert steps.get_current_head() == REVISION


def test_the_code_knows_every_step() -> None:
    steps = ScriptDirectory.from_config(configuration("postgresql://nowhere"))

    assert [step.revision for step in steps.walk_revisions()][::-1] == list(REVISIONS)


async def test_a_database_of_another_version_is_left_as_it_is(empty: str) -> None:
    await asyncio.to_thread(migrate, empty)
    await administer(empty, "UPDATE alembic_version SET version_num = '0099'")
    before = await rows(empty, CATALOG)

    with pytest.raises(SchemaUnknown, match="at revision 0099, which this version does not"):
        await asyncio.to_thread(migrate, empty)

    assert await rows(empty, CATALOG) == before
    assert await rows(empty, "SELECT version_num FROM alembic_version") == [("0099",)]


def test_squawk_finds_nothing_unsafe_in_the_steps(root: Path, tmp_path: Path) -> None:
    config = configuration("postgresql://nowhere")
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    alembics_own, _, ours = config.output_buffer.getvalue().partition("-- Running upgrade")
    time_outs = re.findall(r"^SET LOCAL .*;$", alembics_own, re.MULTILINE)
    script = tmp_path / "upgrade.sql"
    script.write_text("\n".join(["BEGIN;", *time_outs, f"-- {ours}"]))

    found = subprocess.run(
        [Path(sys.executable).with_name("squawk"), f"--config={root / '.squawk.toml'}", script],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )

    assert "CREATE TABLE submission" in ours
    assert found.returncode == 0, found.stdout


async def test_nothing_but_the_roles_is_left_when_every_step_is_undone(empty: str) -> None:
    """Other databases of the server may use the roles."""
    await asyncio.to_thread(migrate, empty)

    await asyncio.to_thread(command.downgrade, configuration(empty), "base")

    left = """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%alembic_version'
        ORDER BY 1
    """
    assert await rows(empty, left) == [("alembic_version",), ("alembic_version_pkc",)]
    assert await rows(empty, "SELECT * FROM alembic_version") == []
    roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'pilotzone\\_%' ORDER BY 1"
    assert await rows(empty, roles) == [(GATEWAY_ROLE,), (WORKER_ROLE,)]


async def test_a_migrated_database_can_be_migrated_again(empty: str) -> None:
    """In whatever usual way its URL is written."""
    await asyncio.to_thread(migrate, empty)
    before = await rows(empty, CATALOG)

    for scheme in ("postgresql", "postgres"):
        await asyncio.to_thread(migrate, at(empty, drivername=scheme))

    assert await rows(empty, CATALOG) == before


async def migrate_at_once(*urls: str) -> list[tuple[int, str]]:
    """Migrate in a process each; return exit status and error output of each."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, url, stderr=subprocess.PIPE
        )
        for url in urls
    ]
    outputs = [await process.communicate() for process in processes]
    return [
        (process.returncode or 0, output[1].decode())
        for process, output in zip(processes, outputs, strict=True)
    ]


async def test_migrations_of_one_database_take_turns(empty: str) -> None:
    """Every part of a deployment may begin with a migration."""
    assert await migrate_at_once(empty, empty) == [(0, "")] * 2

    assert await rows(empty, "SELECT version_num FROM alembic_version") == [(REVISION,)]


async def test_databases_of_one_new_server_can_be_migrated_at_once(new_server: str) -> None:
    """The roles belong to the server: one of them makes them, the others find them."""
    names = ["first", "second"]
    await administer(new_server, *(f"CREATE DATABASE {name}" for name in names))
    urls = [at(new_server, database=name) for name in names]

    assert await migrate_at_once(*urls) == [(0, "")] * 2

    for url in urls:
        async with Database(url, WORKER_ROLE) as database, database.session() as session:
            assert await session.scalar(text("SELECT CURRENT_USER")) == WORKER_ROLE
            await session.execute(text("SELECT FROM submission"))


@pytest.fixture
async def humble() -> AsyncIterator[tuple[str, str]]:
    """Give a new server's URL and that of a database whose owner may not create roles."""
    with data_folder() as folder, embedded.serve(folder, QUICK) as url:
        await administer(url, WITHOUT_ROLES)
        await administer(url, "CREATE ROLE pilotzone LOGIN", "CREATE DATABASE own OWNER pilotzone")
        yield at(url, database="own"), at(url, database="own", username="pilotzone")


async def test_who_may_not_create_roles_migrates_and_an_administrator_adds_them(
    humble: tuple[str, str], url: str, root: Path
) -> None:
    """Until then the service runs with the rights it connects with; the manual says how."""
    administrator, owner = humble
    notices: list[str] = []
    engine = create_async_engine(driver_url(owner))
    async with engine.begin() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        driver.add_log_listener(lambda _, message: notices.append(message.message))

        def upgrade(sync: Any) -> None:
            config = configuration(owner)
            config.attributes["connection"] = sync
            command.upgrade(config, "head")

        await connection.run_sync(upgrade)
    await engine.dispose()

    roles = GATEWAY_ROLE, WORKER_ROLE
    assert notices == [f"role {role}: permission denied to create role" for role in roles]
    assert [await current_user(owner, role) for role in roles] == ["pilotzone", "pilotzone"]

    manual = (root / "docs" / "operations.md").read_text()
    creation = re.findall(r"^CREATE ROLE pilotzone_\w+ [^;]*", manual, re.MULTILINE)
    assert len(creation) == len(roles)
    await administer(administrator, *creation)
    await asyncio.to_thread(migrate, owner)
    logins = [at(owner, username=str(role)) for role in roles]
    assert [await current_user(*each) for each in zip(logins, roles, strict=True)] == list(roles)
    (membership,) = re.findall(r"`(GRANT pilotzone_[^`]*)`", manual)
    await administer(administrator, " ".join(membership.split()))
    assert [await current_user(owner, role) for role in roles] == list(roles)
    granted = await rows(url, GRANTED)
    assert granted
    assert await rows(owner, GRANTED) == granted


async def current_user(url: str, role: str) -> str:
    """Connect as the service does and return the role in force."""
    async with Database(url, role) as database, database.session() as session:
        found: str = (await session.scalars(text("SELECT CURRENT_USER"))).one()
    return found
