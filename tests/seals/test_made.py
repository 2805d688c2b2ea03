"""A run is sealed from what its worker remembers of it as it is from what the database has."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from pilotzone_verify.leaves import parameters_hash
from shared.database import Database, Driver, out_of_reach
from shared.runs import score_store
from shared.runs.service import Outcome
from shared.seals import service, store, unsealed_store
from shared.seals.entries import Parameters
from tests.fixtures.ask import execute, one, rows
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import archived, checked, sealer
from worker.loop import Worker
from worker.sealing import Sealer


def together(world: World) -> tuple[Worker, Sealer]:
    """Return a worker and a sealer of one process."""
    worker, sealing = worker_over(world.worker_database), sealer(world.worker_database)
    sealing.made = worker.remembered.of
    return worker, sealing


async def run(world: World, worker: Worker, value: float, applicant: str = "C1") -> None:
    await world.submit("source", applicant, STATIONS, value)
    await worker.sweep()


async def withdraw(world: World, applicant: str) -> None:
    path = f"/rounds/{ROUND}/entries/{applicant}"
    assert (await world.call("portal", "PUT", path, {"state": "withdrawn"})).status_code == 200


async def test_what_is_sealed_from_memory_is_what_the_database_has(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, sealing = together(world)
    with monkeypatch.context() as patched:
        patched.delattr(score_store, "written")
        patched.delattr(unsealed_store, "ranking")
        for value in (40, 40, 10, 99):
            for applicant in ("C1", "C2"):
                await run(world, worker, value, applicant)
                await sealing.sweep()
                patched.delattr(service, "_seal", raising=False)  # but for the first
    last = await one(owner, "SELECT max(run) FROM log_entry")
    assert last == await one(owner, "SELECT max(number) FROM run")
    assert checked(await archived(owner, ROUND, last))


async def test_a_cohort_that_changed_is_read_whatever_is_remembered(
    world: World, owner: Database
) -> None:
    worker, sealing = together(world)
    await run(world, worker, 40)
    await sealing.sweep()
    await withdraw(world, "C2")
    await worker.sweep()
    await sealing.sweep()
    await run(world, worker, 41)
    await sealing.sweep()
    assert checked(await archived(owner, ROUND, 3))


async def test_a_run_that_another_made_in_its_place_is_read(world: World, owner: Database) -> None:
    """As after a restore: the number is the same, the run is not."""
    worker, sealing = together(world)
    forged = list[Outcome]()

    def made(round_id: int) -> Outcome | None:
        outcome = worker.remembered.of(round_id)
        assert outcome is not None
        rescored = outcome.rescored
        scores = replace(rescored.scores, totals=rescored.scores.totals + 1)
        other = replace(outcome.run, started_at=outcome.run.started_at - timedelta(microseconds=1))
        forged.append(replace(outcome, run=other, rescored=replace(rescored, scores=scores)))
        return forged[-1]

    sealing.made = made
    for value in (40, 10):
        await run(world, worker, value)
        await sealing.sweep()
    assert len(forged) == 2
    assert checked(await archived(owner, ROUND, 2))


async def test_of_runs_that_wait_only_the_remembered_one_is_sealed_from_memory(
    world: World, owner: Database
) -> None:
    worker, sealing = together(world)
    for value in (40, 10, 30):
        await run(world, worker, value)
    await sealing.sweep()
    await run(world, worker, 20)
    await run(world, worker, 50)
    await sealing.sweep()
    assert checked(await archived(owner, ROUND, 5))


async def sealed_once(world: World) -> tuple[Worker, Sealer]:
    """Return who made and sealed a run, and made another."""
    worker, sealing = together(world)
    await run(world, worker, 40)
    await sealing.sweep()
    await run(world, worker, 41)
    return worker, sealing


RUNS = "SELECT epoch, run FROM log_entry WHERE run IS NOT NULL ORDER BY epoch, position"


async def test_what_was_sealed_by_another_since_is_not_sealed_again(
    world: World, owner: Database
) -> None:
    worker, sealing = await sealed_once(world)
    await sealer(world.worker_database).sweep()
    await sealing.sweep()
    await run(world, worker, 42)
    await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1), (1, 2), (1, 3)]
    assert checked(await archived(owner, ROUND, 3))


async def test_of_two_who_remember_the_same_one_seals(world: World, owner: Database) -> None:
    worker, sealing = await sealed_once(world)
    another = sealer(world.worker_database)
    for number in range(2, 6):
        another.made, another.memories = sealing.made, sealing.memories.copy()
        await asyncio.gather(sealing.sweep(), another.sweep())
        await sealing.sweep()
        assert (await rows(owner, RUNS))[-1] == (1, number)
        await run(world, worker, 50 + number)
    assert await rows(owner, RUNS) == [(1, number) for number in range(1, 6)]
    assert checked(await archived(owner, ROUND, 5))


async def test_while_another_has_the_log_nothing_is_sealed(world: World, owner: Database) -> None:
    _, sealing = await sealed_once(world)
    round_id = await one(owner, "SELECT id FROM round")
    async with owner.session() as session:
        assert await store.try_hold(session, round_id)
        await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1)]
    await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1), (1, 2)]


async def test_an_event_that_waits_is_sealed_before_the_run(world: World, owner: Database) -> None:
    _, sealing = await sealed_once(world)
    await world.transition("closed")
    await sealing.sweep()
    found = await rows(owner, "SELECT type FROM log_entry ORDER BY position DESC LIMIT 2")
    assert found == [("run",), ("events",)]
    assert checked(await archived(owner, ROUND, 2))


async def test_in_a_new_epoch_what_is_remembered_of_the_one_before_is_dropped(
    world: World, owner: Database
) -> None:
    _, sealing = await sealed_once(world)
    await execute(owner, "INSERT INTO log_epoch (number, reason) VALUES (2, 'restored')")
    await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1), (2, 1), (2, 2)]
    assert checked(await archived(owner, ROUND, 2))


async def test_a_fault_while_one_run_is_sealed_leaves_nothing_behind(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an entry, nor a transaction on a connection that somebody else is given."""
    _, sealing = await sealed_once(world)
    with monkeypatch.context() as patched:
        patched.setattr(store, "APPEND", f"{store.APPEND} RETURNING 1 / 0")
        await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1)]
    await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1), (1, 2)]
    assert checked(await archived(owner, ROUND, 2))


async def test_a_connection_that_does_not_answer_is_given_to_nobody(
    world: World, round_id: int
) -> None:
    held = list[Driver | None]()

    async def unanswered() -> None:
        async with store.holding(world.worker_database, round_id) as driver:
            held.append(driver)
            raise TimeoutError

    with pytest.raises(TimeoutError):
        await unanswered()
    assert [driver and driver.is_closed() for driver in held] == [True]


async def test_a_server_that_is_gone_is_told_as_out_of_reach(
    world: World, owner: Database, round_id: int
) -> None:
    """Whatever its last words were: the worker asks again, and logs no fault of its own."""

    async def left() -> None:
        async with store.holding(world.worker_database, round_id) as driver:
            assert driver is not None
            end = f"SELECT pg_terminate_backend({driver.get_server_pid()})"
            await execute(owner, end)
            await driver.execute("SELECT 1")

    with pytest.raises(Exception) as raised:  # noqa: PT011 -- the driver says it in several ways
        await left()
    assert out_of_reach(raised.value)
    async with store.holding(world.worker_database, round_id) as again:
        assert again is not None


def test_parameters_are_hashed_as_the_verifier_hashes_them() -> None:
    said = {"park": {"B": {"n": 2, "best": -0.0}, "A": {"n": 1}}, "county": {}}
    first = Parameters.of(said, None)
    other = {**said, "park": {**said["park"], "B": {"n": 2, "best": 0.0}}}
    second = Parameters.of(other, first)
    assert first.digest == parameters_hash(said)
    assert second.digest == parameters_hash(other) != first.digest
    assert second.parts["park", "A"] is first.parts["park", "A"]
    assert Parameters.of({}, None).digest == parameters_hash({})
