"""The deadline of a request is for the database: clients may take their own time."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from api.app import ROLE
from api.deadline import AtMost
from shared.database import Database
from shared.database.limits import DEFAULT
from tests.fixtures.http import SCORES, SUBMISSIONS, gateway, problem
from tests.fixtures.make import STATIONS, World

HURRIED = replace(DEFAULT, statement=timedelta(seconds=0.2))
ROW = {"applicant": "C1", "measure": STATIONS, "value": 3, "as_of": "2026-06-01"}


@pytest.fixture
async def hurried(world: World, url: str) -> AsyncIterator[World]:
    """Give the world over a gateway whose requests have little more than a second."""
    async with Database(url, ROLE, 3, HURRIED) as database, gateway(database) as client:
        assert database.patience < 1.5
        yield World(client, world.headers, world.worker_database)


async def test_a_body_may_take_longer_to_come(hurried: World) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b" "
        await asyncio.sleep(1.5)
        yield json.dumps(ROW).encode()

    headers = hurried.headers["source"] | {"Content-Type": "application/json"}
    answer = await hurried.client.post(SUBMISSIONS, content=slowly(), headers=headers)

    assert answer.status_code == 201


async def test_a_reader_may_ask_to_wait_longer(hurried: World) -> None:
    identity = (await hurried.submit("source", "C1", STATIONS, 5)).json()["id"]
    answer = await hurried.call("auditor", "GET", SCORES, wait_for=identity, wait=1.5)

    assert (answer.status_code, answer.json()["state"]) == (200, "recomputing")


async def test_work_that_does_not_end_is_given_up(
    hurried: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it waits for, be it not even a statement."""

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("shared.rankings.watch.Watch.freshness", never)
    async with asyncio.timeout(20):
        answer = await hurried.call("auditor", "GET", SCORES)

    problem(answer, 503, "unavailable")


async def test_so_is_an_answer_that_is_kept(
    hurried: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a look waits for the one under way, too: both together are too long."""
    assert (await hurried.call("auditor", "GET", SCORES)).status_code == 200

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("shared.rankings.watch.Watch.freshness", never)
    asked = asyncio.create_task(hurried.call("auditor", "GET", SCORES))
    done, _ = await asyncio.wait([asked], timeout=20)
    asked.cancel()

    assert done
    problem(asked.result(), 503, "unavailable")


async def test_who_goes_away_is_not_told_that_time_is_over() -> None:
    async def wait() -> None:
        with AtMost(60):
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_went_wrong_when_time_was_over_is_said() -> None:
    async def fail() -> None:
        with AtMost(0):
            try:
                await asyncio.Event().wait()
            finally:
                raise KeyError

    with pytest.raises(KeyError):
        await fail()
    await asyncio.sleep(0)  # and nothing is left of it
