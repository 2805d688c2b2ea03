"""PostgreSQL for tests: one server, one migrated template, one clone of it for each test."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

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
from worker.__main__ import ROLE as WORKER_ROLE

QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
Headers = dict[str, dict[str, str]]

SERVERS = ["embedded", *(["given"] if "PILOTZONE_TEST_DATABASE_URL" in os.environ else [])]


def pytest_configure(config: pytest.Config) -> None:
    """Admit the mark that pytest-alembic's checks carry; its plugin, which would, is off."""
    config.addinivalue_line("markers", "alembic: one of pytest-alembic's checks")


@pytest.fixture(scope="session", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of a server; its database is not for tests to write into.

    It does not lie in pytest's folder, whose permissions each new session tightens: run by root,
    the server has another account.
    """
    if request.param == "given":
        yield os.environ["PILOTZONE_TEST_DATABASE_URL"]
        return
    with TemporaryDirectory() as folder, embedded.serve(Path(folder), QUICK) as url:
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
    headers: Headers | None = None


@pytest.fixture(scope="session")
def opened(server: str, template: str) -> Iterator[Beginning]:
    """Give a database in which `World.open` was done: most tests begin there."""
    name = f"template_{uuid.uuid4().hex}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield Beginning(name, asyncio.run(_open(_named(server, name))))
    asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _open(url: str) -> Headers:
    gateway = Database(embedded.logged_in(url, GATEWAY_ROLE), GATEWAY_ROLE)
    async with Database(url) as owner, gateway, client_of(gateway) as client:
        headers = await _headers(owner)
        await World(client, headers, owner).open()
        return headers


@pytest.fixture
def beginning(request: pytest.FixtureRequest, template: str) -> Beginning:
    """Give what the test's database begins as: with an open round where it asks for one."""
    if "world" in request.fixturenames:
        opened: Beginning = request.getfixturevalue("opened")
        return opened
    return Beginning(template)


@pytest.fixture
async def url(server: str, beginning: Beginning) -> AsyncIterator[str]:
    """Give the URL of a database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    await _administer(server, f"CREATE DATABASE {name} TEMPLATE {beginning.template}")
    yield _named(server, name)
    await _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


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
async def headers(beginning: Beginning, owner: Database) -> Headers:
    """Give for each role the header of a key without limits."""
    return deepcopy(beginning.headers) or await _headers(owner)  # tests add some


async def _headers(owner: Database) -> Headers:
    found = {}
    async with owner.session() as session:
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


ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the repository's folder."""
    return ROOT
