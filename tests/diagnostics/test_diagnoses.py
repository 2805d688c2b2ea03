"""Diagnoses take long where indicators are many: each is made once, and holds nobody else up."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import Database
from shared.database.schema import driver_url
from shared.diagnostics import service
from tests.fixtures.http import SCORES, gateway, mark, problem
from tests.fixtures.make import ROUND, World

DIAGNOSTICS = f"/rounds/{ROUND}/diagnostics"


class Computing:
    """The computing of a diagnosis, which does not end before *gate* is open."""

    def __init__(self, of: Callable[..., Any]) -> None:
        """Stand before *of*."""
        self._of = of
        self.threads: list[str] = []
        self.begun, self.gate = threading.Event(), threading.Event()

    def __call__(self, *arguments: Any) -> Any:
        """Begin, wait for the gate, and compute."""
        self.threads.append(threading.current_thread().name)
        self.begun.set()
        assert self.gate.wait(30)
        return self._of(*arguments)


@pytest.fixture
def computing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Computing]:
    """Give the computing of diagnoses, held up."""
    held = Computing(service._diagnosis)
    monkeypatch.setattr(service, "_diagnosis", held)
    yield held
    held.gate.set()


async def begun(computing: Computing) -> None:
    """Wait until a diagnosis is being computed."""
    assert await asyncio.to_thread(computing.begun.wait, 30)


async def test_a_run_is_diagnosed_once_whoever_asks_and_whoever_leaves(
    world: World, computing: Computing
) -> None:
    await mark(world, C1=50)
    asking = [asyncio.create_task(world.call("auditor", "GET", DIAGNOSTICS)) for _ in range(7)]
    await begun(computing)
    asking.pop(0).cancel()
    computing.gate.set()
    answers = [await each for each in asking]
    answers.append(await world.call("admin", "GET", DIAGNOSTICS))

    assert [each.status_code for each in answers] == [200] * 7
    assert len({each.content for each in answers}) == 1
    assert len(computing.threads) == 1
    await mark(world, C1=60)
    assert (await world.call("auditor", "GET", DIAGNOSTICS)).json()["run"] == 2
    assert len(computing.threads) == 2


async def test_a_diagnosis_takes_no_thread_that_others_wait_for(
    world: World, computing: Computing
) -> None:
    await mark(world, C1=50)
    computing.gate.set()
    await world.call("auditor", "GET", DIAGNOSTICS)

    (thread,) = computing.threads
    assert thread.startswith("diagnosis")


async def test_while_a_diagnosis_is_computed_no_connection_is_held(
    world: World, url: str, computing: Computing
) -> None:
    await mark(world, C1=50)
    engine = create_async_engine(driver_url(url), pool_size=1, max_overflow=0, pool_timeout=5)
    async with gateway(Database("").over(engine)) as client:
        one = World(client, world.headers, world.worker_database)
        asked = asyncio.create_task(one.call("auditor", "GET", DIAGNOSTICS))
        await begun(computing)
        opened = asyncio.create_task(one.transition("open"))
        answer = await one.call("auditor", "GET", SCORES)
        computing.gate.set()
        assert answer.status_code == 200
        assert [(await each).status_code for each in (asked, opened)] == [200, 200]
    await engine.dispose()


async def test_who_would_wait_for_too_many_diagnoses_is_told_to_come_again(
    world: World, computing: Computing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_UNDER_WAY", 1)
    await mark(world, C1=50)
    first = asyncio.create_task(world.call("auditor", "GET", DIAGNOSTICS))
    await begun(computing)
    await mark(world, C1=60)

    problem(await world.call("auditor", "GET", DIAGNOSTICS), 503, "unavailable")

    computing.gate.set()
    assert (await first).status_code == 200
    assert (await world.call("auditor", "GET", DIAGNOSTICS)).status_code == 200
    assert len(computing.threads) == 2
