"""A worker that is killed, at any line: what it had begun is gone, and another does it at once."""

import asyncio
import signal

import pytest

from bench import books
from shared.database import Database
from tests.fixtures.ask import execute, one, rows, until
from tests.fixtures.make import MARK, STATIONS, World
from tests.worker import gate
from tests.worker.conftest import StartWorker

IDLE = "SELECT count(*) = 0 FROM submission_change"
CUT_OFF = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'pilotzone_worker'
"""


async def submit_some(world: World, value: float) -> None:
    """Submit a value for everybody."""
    for applicant in ("C1", "C2", "P1"):
        answer = await world.submit("source", applicant, STATIONS, value)
        assert answer.status_code == 201


async def require_order(owner: Database, world: World, round_id: int) -> None:
    """Require books in order, and the scores that a single run over everything comes to."""
    async with owner.session() as session:
        assert await books.offences(session, round_id) == {}
        twin = await books.twin(session, round_id, "twin")
    await world.worker().run(twin, "twin")  # unless a worker process was quicker
    await until(lambda: one(owner, IDLE))
    async with owner.session() as session:
        assert await books.scores(session, round_id) == await books.scores(session, twin)


@pytest.mark.parametrize("place", gate.PLACES)
async def test_another_worker_does_what_a_killed_one_had_begun(
    place: str, start_worker: StartWorker, world: World, owner: Database, round_id: int
) -> None:
    """Killed while it commits, it may have done it all; killed before, nothing."""
    await world.recompute()
    await submit_some(world, 5)
    async with gate.closed(owner, place):
        first = start_worker()
        await gate.reached(owner)
        await submit_some(world, 6)
        await first.kill()
        second = start_worker()
        await second.until_said("worker started")

    await until(lambda: one(owner, IDLE))

    assert "Traceback" not in second.said()
    assert await one(owner, "SELECT max(number) FROM run") == (3 if place == "committing" else 2)
    await require_order(owner, world, round_id)


async def test_a_worker_killed_between_statements_lets_go_at_once(
    start_worker: StartWorker, world: World, owner: Database, round_id: int
) -> None:
    """There is no lease to run out: the lock goes with the connection."""
    await world.recompute()
    await submit_some(world, 5)
    async with gate.closed(owner, "writing scores"):
        first = start_worker()
        await gate.reached(owner)
        first.process.send_signal(signal.SIGSTOP)
    second = start_worker(PILOTZONE_WORKER_IDLE="PT0.05S")
    await second.until_said("worker started")
    assert await one(owner, "SELECT max(number) FROM run") == 1  # the first holds the round

    await first.kill()

    async with asyncio.timeout(20):
        await until(lambda: one(owner, IDLE))
    assert await one(owner, "SELECT max(number) FROM run") == 2
    await require_order(owner, world, round_id)


async def test_a_worker_cut_off_in_the_middle_of_a_run_does_the_run_again(
    start_worker: StartWorker, world: World, owner: Database, round_id: int
) -> None:
    """The round is not to blame, and is not set aside."""
    await world.recompute()
    await submit_some(world, 5)
    async with gate.closed(owner, "writing scores"):
        worker = start_worker(PILOTZONE_WORKER_IDLE="PT0.05S")
        await gate.reached(owner)
        await execute(owner, CUT_OFF)
        await gate.reached(owner)  # again

    await until(lambda: one(owner, IDLE))
    assert "run failed" not in worker.said()
    assert "database unreachable" in worker.said()
    assert await rows(owner, "SELECT * FROM round_failure") == []
    assert await worker.stop() == 0
    await require_order(owner, world, round_id)


async def test_workers_killed_one_after_the_other_lose_nothing(
    start_worker: StartWorker, world: World, owner: Database, round_id: int
) -> None:
    """At whatever line the kill happens to find each."""
    for turn in range(4):
        worker = start_worker(PILOTZONE_WORKER_DEBOUNCE="PT0S")
        await worker.until_said("worker started")
        await asyncio.gather(
            *(world.submit("source", each, STATIONS, turn) for each in ("C1", "C2", "P1")),
            *(world.submit("expert", each, MARK, turn) for each in ("C1", "C2", "P1")),
        )
        await worker.kill()
    last = start_worker()

    await until(lambda: one(owner, IDLE))
    assert await last.stop() == 0
    assert await one(owner, "SELECT count(*) FROM submission") == 24
    await require_order(owner, world, round_id)
