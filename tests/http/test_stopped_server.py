"""A gateway whose PostgreSQL stands still: no request hangs, and all is well once it goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from api.app import ROLE
from shared.access import service as keys
from shared.core.principal import Actor
from shared.database import Database, probe
from shared.database.limits import DEFAULT
from shared.database.migration import migrate
from shared.database.notifications import listen
from tests.conftest import QUICK
from tests.fixtures import stopping
from tests.fixtures.http import SCORES, gateway, problem
from tests.fixtures.make import ROUND, STATIONS, World
from tests.fixtures.places import data_folder
from tests.fixtures.stopping import Stoppable

READY = "http://gateway/health/ready"
POOL = 3
SECOND = timedelta(seconds=1)
SHORT = replace(DEFAULT, connect=SECOND, pool=SECOND, statement=SECOND)
BOUND = 8.0
"""Seconds for what takes two or three, on a machine that has other things to do."""


@pytest.fixture(scope="module")
def server() -> Iterator[Stoppable]:
    """Give a migrated server that no other test uses."""
    with data_folder() as folder, stopping.serve(folder, QUICK) as server:
        migrate(server.url)
        yield server


@pytest.fixture
async def database(server: Stoppable) -> AsyncIterator[Database]:
    """Give a gateway's few connections, with short limits."""
    async with Database(server.url, ROLE, POOL, SHORT) as database:
        yield database


@pytest.fixture
async def world(server: Stoppable, database: Database) -> AsyncIterator[World]:
    """Give an open round on the server; the world is the same for all tests."""
    async with Database(server.url) as owner, gateway(database) as client:
        headers = {}
        async with owner.session() as session:
            for role in ("admin", "portal", "source", "auditor"):
                key = await keys.create(session, Actor("tests", "tests"), role, role)
                headers[role] = {"Authorization": f"Bearer {key}"}
        world = World(client, headers, owner)
        await world.open()
        yield world


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Require that what follows takes no longer, whatever becomes of it."""
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < seconds


async def test_every_request_is_answered_and_none_is_given_a_connection_that_was_broken_off(
    world: World, database: Database, server: Stoppable
) -> None:
    async with database.driver() as driver:
        used = await driver.fetchval("SELECT pg_backend_pid()")
    with capture_logs(), server.standing_still(), within(BOUND):
        answers = await asyncio.gather(
            *(world.call("auditor", "GET", SCORES) for _ in range(10)),
            *(world.submit("source", "C1", STATIONS, n) for n in range(10)),
            *(world.call("admin", "PUT", f"/rounds/{ROUND}/entries/C1") for _ in range(10)),
        )
    for answer in answers:
        problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0

    assert (await world.submit("source", "C1", STATIONS, 5)).status_code == 201
    assert (await world.call("auditor", "GET", SCORES)).status_code == 200
    for _ in range(POOL):
        async with database.driver() as driver:
            assert await driver.fetchval("SELECT pg_backend_pid()") != used


async def test_the_waits_of_one_request_do_not_add_up(
    world: World, database: Database, server: Stoppable
) -> None:
    """Readers who share a look at the round wait for the one before it, and then for their own."""
    slow = replace(SHORT, connect=8 * SECOND, pool=8 * SECOND, statement=2 * SECOND)
    async with (
        Database(server.url, ROLE, POOL, slow) as slowly,
        gateway(slowly, key_cache=timedelta(minutes=1)) as client,
    ):
        reader = World(client, world.headers, database)
        assert (await reader.ranking())["round"] == ROUND
        with capture_logs(), server.standing_still(), within(slowly.patience + 4.0):
            answers = await asyncio.gather(
                *(reader.call("auditor", "GET", SCORES) for _ in range(10)),
                *(reader.call("auditor", "GET", SCORES, limit=n) for n in range(1, 10)),
                *(reader.submit("source", "C1", STATIONS, n) for n in range(10)),
            )
        for answer in answers:
            problem(answer, 503, "unavailable")
        assert (await reader.ranking())["round"] == ROUND


async def test_readiness_is_denied_within_two_seconds(world: World, server: Stoppable) -> None:
    """Here it may take longer: among thousands of tests, a collection of garbage takes a second."""
    assert probe.ANSWER_SECONDS <= 1
    assert (await world.client.get(READY)).status_code == 200
    with capture_logs(), server.standing_still():
        for _ in range(2):  # over the connection that is kept, and in want of one
            asked = [asyncio.create_task(world.client.get(READY)) for _ in range(50)]
            answered, _ = await asyncio.wait(
                asked, timeout=BOUND, return_when=asyncio.FIRST_COMPLETED
            )
            assert answered
            for answer in await asyncio.gather(*asked):
                problem(answer, 503, "unavailable")

    assert (await world.client.get(READY)).status_code == 200


async def test_a_reader_that_waits_for_a_run_is_answered_when_its_time_is_over(
    world: World, database: Database, server: Stoppable
) -> None:
    """However long a statement may take otherwise."""
    identity = (await world.submit("source", "C1", STATIONS, time.time_ns() % 10**9)).json()["id"]
    unhurried = replace(SHORT, statement=timedelta(minutes=1))
    async with Database(server.url, ROLE, POOL, unhurried) as slow, gateway(slow) as client:
        reader = World(client, world.headers, database)
        assert (await reader.ranking())["round"] == ROUND
        with capture_logs(), server.standing_still(), within(BOUND):
            answer = await reader.call("auditor", "GET", SCORES, wait_for=identity, wait=0.5)
        problem(answer, 503, "unavailable")


async def test_a_database_is_left_without_the_servers_leave(
    server: Stoppable,
) -> None:
    """With connections that lie idle, that listen, that are in a transaction and in a statement."""
    database = await Database(server.url, ROLE, POOL + 1, DEFAULT).open()
    await database.require_answer()
    listens = asyncio.Event()
    listening = asyncio.create_task(listen(database, {"run": lambda _: listens.set()}))
    await listens.wait()

    async def ask() -> None:
        async with database.driver() as driver:
            await driver.execute("SELECT 1")

    await asyncio.gather(ask(), ask())
    with server.standing_still(), within(BOUND):
        asking = asyncio.create_task(ask())
        await asyncio.wait({asking}, timeout=0.1)
        assert not asking.done()
        listening.cancel()
        asking.cancel()
        await asyncio.wait({listening, asking})
        await database.close()
