"""A round whose lock somebody else holds: who writes to it waits, and keeps no others waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs

from api.app import ROLE
from shared.database import Database, Limits
from shared.database.limits import DEFAULT
from shared.rounds import store as rounds
from tests.fixtures.ask import until_blocked
from tests.fixtures.http import SCORES, gateway, problem
from tests.fixtures.make import ROUND, STATIONS, World

POOL = 8
OTHER = "OTHER"
LONG, SHORT = timedelta(minutes=1), timedelta(seconds=0.2)
PATIENT = replace(DEFAULT, pool=LONG, lock=LONG, statement=LONG)
HURRIED = replace(DEFAULT, pool=SHORT, lock=SHORT)


@pytest.fixture
async def others(world: World) -> str:
    """Give the submissions' path of another open round."""
    body = {
        "code": OTHER,
        "framework": {"code": "small", "version": "1"},
        "title": "Other",
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    await world.call("admin", "POST", f"/rounds/{OTHER}/transitions", {"to": "open"})
    return f"/rounds/{OTHER}/submissions"


@asynccontextmanager
async def gateway_with(url: str, world: World, limits: Limits) -> AsyncIterator[World]:
    """Run one more gateway, with few connections and these limits; it knows keys and rounds."""
    async with (
        Database(url, ROLE, POOL, limits) as database,
        gateway(database, key_cache=LONG) as client,
    ):
        world = World(client, world.headers, world.worker_database)
        await asyncio.gather(*writers(world, 1))
        yield world


@asynccontextmanager
async def held(owner: Database) -> AsyncIterator[None]:
    """Hold the world's round, as a batch of another gateway does."""
    async with owner.session() as session:
        await rounds.hold_alone(session, (await rounds.get(session, ROUND)).id)
        yield


def writers(world: World, count: int) -> list[asyncio.Task[httpx.Response]]:
    """Begin *count* submissions to the world's round, and as many changes of its entries."""
    entry = f"/rounds/{ROUND}/entries/C1"
    return [
        asyncio.create_task(each)
        for n in range(count)
        for each in (
            world.submit("source", "C1", STATIONS, n),
            world.call("admin", "PUT", entry),
        )
    ]


async def test_one_locked_round_leaves_connections_to_all_others(
    world: World, others: str, url: str, owner: Database
) -> None:
    row = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}
    async with gateway_with(url, world, PATIENT) as world_:
        async with held(owner):
            waiting = writers(world_, 50)
            await until_blocked(owner, POOL // 4 + 1)  # a quarter, and who gathers submissions
            async with asyncio.timeout(20):
                for n in range(20):
                    answers = [
                        await world_.call("source", "POST", others, row | {"value": n}),
                        await world_.call("admin", "PUT", f"/rounds/{OTHER}/entries/C1"),
                        await world_.call("auditor", "GET", SCORES),
                        await world_.call("auditor", "GET", f"/rounds/{ROUND}"),
                    ]
                    assert [each.status_code for each in answers] == [201, 200, 200, 200]
            assert not any(each.done() for each in waiting)
        answers = await asyncio.gather(*waiting)
    assert {each.status_code for each in answers} == {200, 201}


async def test_who_waits_for_a_locked_round_is_asked_for_patience_and_not_one_after_another(
    world: World, url: str, owner: Database
) -> None:
    async with gateway_with(url, world, HURRIED) as world_, held(owner):
        with capture_logs() as logs:
            async with asyncio.timeout(20 * SHORT.total_seconds()):  # of the 50 at the least
                answers = await asyncio.gather(*writers(world_, 50))
    for answer in answers:
        assert "too long" in problem(answer, 503, "unavailable")["detail"]
        assert int(answer.headers["retry-after"]) > 0
    assert "fault" not in {each["event"] for each in logs}
