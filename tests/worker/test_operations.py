"""Operations beside the scoring loop: killed, cancelled, given back, and in nobody's way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from structlog.testing import capture_logs

from shared.core.errors import NotFound
from shared.database import Database
from shared.operations.model import Kind
from shared.runs import score_store as scores
from shared.runs.score_store import Versions
from tests.fixtures.ask import execute, one, rows, until
from tests.fixtures.make import ROUND, STATIONS, World
from tests.worker import gate
from tests.worker.conftest import StartWorker
from tests.worker.operating import STATE, ask, ask_for_another_kind, nothing, operator_over
from worker.operations import Operator

CROWD = 1_000
FULL = np.array([60_000, 40_000, 50_000, 20_000, 30_000])
LONG = {"seed": 5, "draws": 100_000}
SOME = {"seed": 5, "draws": 30_000}

RESULTS = "SELECT DISTINCT result::text FROM operation"
UNDER_WAY = "SELECT progress > 0 FROM operation"
ENDED = "SELECT bool_and(state NOT IN ('waiting', 'running')) FROM operation"
GATES = {
    "under way": "TRIGGER gate AFTER UPDATE ON operation FOR EACH ROW"
    " WHEN (NEW.state = 'running' AND NEW.progress > 0)",
    "committing its end": "CONSTRAINT TRIGGER gate AFTER UPDATE ON operation"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'done')",
}


@pytest.fixture(autouse=True)
def gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know the places of an operation at which a gate can be closed."""
    for place, trigger in GATES.items():
        monkeypatch.setitem(gate.PLACES, place, trigger)


@pytest.fixture
async def crowded(world: World, owner: Database, round_id: int) -> World:
    """Give the world after a run with so many parks that looking into it takes a while."""
    assert await world.recompute()
    codes = [f"X{at:04}" for at in range(CROWD)]
    shares = np.random.default_rng(1).random((CROWD, 5))
    units = np.floor(shares * FULL).astype(np.int64)
    versions = Versions(
        applicant=np.arange(CROWD),
        blocked=np.zeros(CROWD, np.bool_),
        totals=units.sum(axis=1),
        coverage=np.ones(CROWD),
        values=shares,
        shares=shares,
        units=units,
        flags=np.zeros((CROWD, 5), np.int32),
    )
    async with owner.session() as session:
        await scores.append(session, round_id, 1, codes, versions)
    await execute(
        owner,
        f"""
        INSERT INTO entry (round, applicant, kind, state)
        SELECT {round_id}, 'X' || lpad(n::text, 4, '0'), 'park', 'accepted'
        FROM generate_series(0, {CROWD - 1}) AS n
        """,  # noqa: S608 -- both are ours
    )
    return world


async def cancel(world: World, operation: int) -> None:
    """Cancel an operation."""
    await world.call("admin", "DELETE", f"/rounds/{ROUND}/operations/{operation}")


@asynccontextmanager
async def working(operator: Operator) -> AsyncIterator[None]:
    """Let *operator* work, and stop it at the end."""
    task = asyncio.create_task(operator.work())
    yield
    operator.stop.set()
    operator.bell.ring()
    async with asyncio.timeout(20):
        await task


@pytest.mark.parametrize("place", GATES)
async def test_another_worker_answers_the_same_after_one_was_killed(
    place: str, crowded: World, owner: Database, start_worker: StartWorker
) -> None:
    """Killed while it works it has done nothing; killed while it commits, it has done it all."""
    await ask(crowded, **SOME)
    async with gate.closed(owner, place):
        first = start_worker()
        await gate.reached(owner)
        await first.kill()

    second = start_worker()
    await until(lambda: one(owner, ENDED))
    assert await rows(owner, STATE) == [("done", 2 if place == "under way" else 1, False)]
    await ask(crowded, **SOME)
    await until(lambda: one(owner, ENDED))

    assert "Traceback" not in second.said()
    assert len(await rows(owner, RESULTS)) == 1


async def test_a_worker_hears_of_an_operation_long_before_it_would_look(
    world: World, owner: Database, start_worker: StartWorker
) -> None:
    await world.recompute()
    worker = start_worker(PILOTZONE_WORKER_IDLE="PT10M")
    await worker.until_said("worker started")
    for _ in range(2):
        await ask(world, draws=10)
        await until(lambda: one(owner, ENDED))


async def test_cancelled_in_the_middle_it_is_left_alone_at_once(
    crowded: World, owner: Database, start_worker: StartWorker
) -> None:
    operation = await ask(crowded, **LONG)
    worker = start_worker()
    await until(lambda: one(owner, UNDER_WAY))

    await cancel(crowded, operation)

    await worker.until_said('"state": "cancelled"')
    assert await rows(owner, STATE) == [("cancelled", 1, True)]
    assert await worker.stop() == 0


async def test_a_worker_that_stops_gives_its_operation_back(
    crowded: World, owner: Database, start_worker: StartWorker
) -> None:
    """It does not wait until it is done, and that it was begun does not count."""
    await ask(crowded, **LONG)
    worker = start_worker()
    await until(lambda: one(owner, UNDER_WAY))

    assert await worker.stop() == 0

    assert await rows(owner, STATE) == [("waiting", 0, True)]


async def test_rounds_are_scored_while_an_operation_is_under_way(
    crowded: World, owner: Database, start_worker: StartWorker
) -> None:
    """By the same worker, and the operation stays with the run that it was asked about."""
    await ask(crowded, **SOME)
    async with gate.closed(owner, "under way"):
        start_worker()
        await gate.reached(owner)
        await crowded.submit("source", "C1", STATIONS, 5)
        await until(lambda: one(owner, "SELECT max(number) = 2 FROM run"))
        assert await one(owner, "SELECT state FROM operation") == "running"

    await until(lambda: one(owner, ENDED))
    assert await one(owner, "SELECT result -> 'summary' ->> 'run' FROM operation") == "1"


async def test_a_worker_cut_off_from_its_claim_begins_anew(
    crowded: World, owner: Database, worker_database: Database
) -> None:
    await ask(crowded, **SOME)
    async with working(operator_over(worker_database)):
        await until(lambda: one(owner, UNDER_WAY))
        await execute(
            owner,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE"
            " datname = current_database() AND application_name = 'pilotzone_worker'",
        )
        await until(lambda: one(owner, ENDED))

    assert await rows(owner, STATE) == [("done", 2, False)]


async def test_what_is_cut_off_three_times_is_given_up(
    world: World, owner: Database, worker_database: Database
) -> None:
    await world.recompute()
    await ask(world)
    await execute(owner, "UPDATE operation SET state = 'running', attempts = 3")

    assert await operator_over(worker_database).carry_out_next()

    assert await rows(owner, "SELECT state, error FROM operation") == [
        ("failed", "given up: 3 attempts were cut off")
    ]


@pytest.mark.parametrize(
    ("error", "shown"),
    [(ValueError("a secret value: 42"), "ValueError"), (NotFound("no run 1"), "no run 1")],
)
async def test_a_failed_operation_says_why_and_the_next_is_carried_out(
    world: World,
    owner: Database,
    worker_database: Database,
    error: Exception,
    shown: str,
) -> None:
    """What is shown of an error that nobody foresaw is its kind: its words may carry data."""
    await world.recompute()

    def fail(*_: object) -> str:
        raise error

    operator = operator_over(worker_database, failing=Kind(nothing, fail))
    await ask_for_another_kind(owner, "failing")
    await ask(world, draws=10)
    with capture_logs() as logs:
        assert await operator.carry_out_next()
    assert await operator.carry_out_next()

    assert [(each["event"], each["round"]) for each in logs] == [
        ("operation failed", ROUND),
        ("operation", ROUND),
    ]
    assert await rows(owner, "SELECT state, error FROM operation ORDER BY id") == [
        ("failed", shown),
        ("done", None),
    ]


async def test_operators_share_the_operations(
    world: World, owner: Database, worker_database: Database
) -> None:
    """While one is busy another does the next; nothing is done twice."""
    await world.recompute()
    for _ in range(3):
        await ask(world, draws=10)
    async with working(operator_over(worker_database)), working(operator_over(worker_database)):
        await until(lambda: one(owner, ENDED))

    assert await rows(owner, STATE) == [("done", 1, False)] * 3
