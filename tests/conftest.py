"""PostgreSQL for tests: one server, one migrated template, one clone of it for each test."""

import asyncio
import gc
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from api.app import ROLE as GATEWAY_ROLE
from api.app import create_app
from shared.access import service as keys
from shared.core.principal import Actor
from shared.database import Database
from shared.database.migration import migrate
from shared.database.schema import driver_url
from shared.embedded import server as embedded
from shared.rounds import store as rounds
from shared.settings import Settings
from tests.fixtures.make import ROUND, World
from tests.fixtures.places import data_folder
from worker.__main__ import ROLE as WORKER_ROLE

QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",
    "max_connections": "200",
}
Headers = dict[str, dict[str, str]]

HERE = Path(__file__).parent
LONGEST = [
    (HERE / each).resolve(strict=True)
    for each in (
        "web/test_pages.py",
        "repository/test_shown_commands.py",
        "cli/test_push.py",
        "repository/test_contributing.py",
        "repository/test_image.py",
        "cli/test_up.py",
        "cli/test_command_line.py",
        "contract/test_fuzz.py",
        "worker/test_process.py",
        "independent/test_recompute.py",
        "contract/test_tools.py",
        "worker/test_chaos.py",
        "repository/test_makefile.py",
        "panels/test_after_sight.py",
        "database/test_migrations.py",
        "live/test_streams.py",
        "submissions/test_held.py",
        "submissions/test_sight.py",
        "scoring/test_decimals.py",
        "rankings/test_movements.py",
        "cli/test_supervisor.py",
        "cli/test_backups.py",
        "cli/test_demo.py",
        "contract/test_openapi.py",
        "contract/test_access.py",
    )
]
"""Files that take from half a minute to some minutes. A worker takes one as a whole, so they come
first: begun at the end, one of them would keep a single processor busy."""

SERVERS = ["embedded", *(["given"] if "PILOTZONE_TEST_DATABASE_URL" in os.environ else [])]


def pytest_configure(config: pytest.Config) -> None:
    """Admit the mark that pytest-alembic's checks carry; its plugin, which would, is off."""
    config.addinivalue_line("markers", "alembic: one of pytest-alembic's checks")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    places = {file: at for at, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Spare the collector what is there to stay, and nine of ten looks at what tests make.

    It would have a tenth of the time in which tests compute.
    """
    gc.freeze()
    young, *older = gc.get_threshold()
    gc.set_threshold(10 * young, *older)


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of a server; its database is not for tests to write into.

    Nothing of it is to outlive the session.
    """
    if request.param == "given":
        yield os.environ["PILOTZONE_TEST_DATABASE_URL"]
        return
    with data_folder() as folder, embedded.serve(folder, QUICK) as url:
        yield url


async def _administer(server: str, *statements: str) -> None:
    engine = create_async_engine(driver_url(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


def _named(server: str, url: str) -> str:
    return make_url(server).set(database=url).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """Give the name of a migrated database that is only there to be cloned."""
    name = f"template_{uuid.uuid4().hex}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name}"))
    migrate(_named(server, name))
    yield name
    asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


@dataclass(frozen=True)
class Beginning:
    """A database that is only there to be cloned, and the headers of the keys in it."""

    template: str
    headers: Headers = field(default_factory=dict)


@dataclass(frozen=True)
class Administrator:
    """One connection to the server, which makes databases and takes them away."""

    server: str
    connection: AsyncConnection

    @asynccontextmanager
    async def cloned(self, template: str) -> AsyncIterator[tuple[str, str]]:
        """Give the name and the URL of a database that is another to begin with.

        Files are copied: a third of the work of writing each page into the log, as is usual.
        """
        name = f"test_{uuid.uuid4().hex}"
        clone = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        await self.connection.execute(text(clone))
        yield name, _named(self.server, name)
        await self.connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
async def administrator(server: str) -> AsyncIterator[Administrator]:
    """Give the server's administrator."""
    engine = create_async_engine(driver_url(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        yield Administrator(server, connection)
    await engine.dispose()


@pytest.fixture(scope="session")
async def keyed(administrator: Administrator, template: str) -> AsyncIterator[Beginning]:
    """Give a database in which there is a key of each role."""
    async with administrator.cloned(template) as (name, url):
        yield Beginning(name, await _headers(url))


@pytest.fixture(scope="session")
async def opened(administrator: Administrator, keyed: Beginning) -> AsyncIterator[Beginning]:
    """Give a database in which `World.open` was done: most tests begin there."""
    async with administrator.cloned(keyed.template) as (name, url):
        await _open(url, keyed.headers)
        yield Beginning(name, keyed.headers)


async def _open(url: str, headers: Headers) -> None:
    gateway = Database(embedded.logged_in(url, GATEWAY_ROLE), GATEWAY_ROLE)
    async with gateway, client_of(gateway) as client:
        await World(client, headers, gateway).open()


@pytest.fixture
def beginning(request: pytest.FixtureRequest, template: str) -> Beginning:
    """Give what the test's database begins as: with keys, or an open round, where it asks."""
    for asked, begun in {"world": "opened", "headers": "keyed"}.items():
        if asked in request.fixturenames:
            found: Beginning = request.getfixturevalue(begun)
            return found
    return Beginning(template)


@pytest.fixture
async def url(administrator: Administrator, beginning: Beginning) -> AsyncIterator[str]:
    """Give the URL of a database of the test's own."""
    async with administrator.cloned(beginning.template) as (_, url):
        yield url


@pytest.fixture
async def owner(url: str) -> AsyncIterator[Database]:
    """Give a database with every right."""
    async with Database(url) as database:
        yield database


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Give a database with the gateway's rights alone."""
    async with Database(embedded.logged_in(url, GATEWAY_ROLE), GATEWAY_ROLE) as database:
        yield database


@pytest.fixture
async def worker_database(url: str) -> AsyncIterator[Database]:
    """Give a database with the worker's rights alone."""
    async with Database(embedded.logged_in(url, WORKER_ROLE), WORKER_ROLE) as database:
        yield database


@pytest.fixture
def headers(beginning: Beginning) -> Headers:
    """Give for each role the header of a key without limits."""
    return deepcopy(beginning.headers)  # tests add some


async def _headers(url: str) -> Headers:
    found = {}
    async with Database(url) as owner, owner.session() as session:
        for role in ("admin", "portal", "source", "expert", "auditor"):
            key = await keys.create(session, Actor("tests", "tests"), role, role)
            found[role] = {"Authorization": f"Bearer {key}"}
    return found


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a gateway in this process, without a key."""
    async with client_of(database) as client:
        yield client


def client_of(database: Database) -> httpx.AsyncClient:
    """Return a client of a new gateway over *database*."""
    transport = httpx.ASGITransport(create_app(database, Settings()), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://gateway/v1")


@pytest.fixture
async def world(client: httpx.AsyncClient, headers: Headers, worker_database: Database) -> World:
    """Give an open round with two counties and a park, and verbs to act in it."""
    return World(client, headers, worker_database)


@pytest.fixture
async def round_id(world: World, owner: Database) -> int:  # noqa: ARG001 -- it opens the round
    """Give the id of the open round."""
    async with owner.session() as session:
        return (await rounds.get(session, ROUND)).id


@pytest.fixture
async def crowd(url: str) -> AsyncIterator[Database]:
    """Give twenty connections with the gateway's rights."""
    async with Database(url, GATEWAY_ROLE, 20) as database:
        yield database


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the repository's folder."""
    return HERE.parent
