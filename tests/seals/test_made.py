"""A run is sealed from what its worker remembers of it as it is from what the database has."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from pilotzone_verify.leaves import parameters_hash
from pilotzone_verify.trees import leaf_hash
from shared.core.moments import in_microseconds
from shared.database import Database, Driver
from shared.database.database import driver_of
from shared.runs import score_store
from shared.runs.service import Outcome
from shared.seals import service, store, unsealed_store
from shared.seals.entries import Parameters
from shared.seals.store import Head
from tests.fixtures.ask import execute, one, rows, unguarded, until_blocked
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
    _, sealing = await sealed_once(world)
    with monkeypatch.context() as patched:
        failing = store.APPEND_NEXT.replace("RETURNING", "RETURNING 1 / 0,")
        patched.setattr(store, "APPEND_NEXT", failing)
        await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1)]
    await sealing.sweep()
    assert await rows(owner, RUNS) == [(1, 1), (1, 2)]
    assert checked(await archived(owner, ROUND, 2))


async def test_what_another_appended_unseen_stands_in_the_way(
    world: World, owner: Database, round_id: int
) -> None:
    """It was committed after our statement began, and before it had the lock."""
    _, sealing = await sealed_once(world)
    head = sealing.memories[round_id].head
    async with world.worker_database.driver() as driver:
        async with owner.session() as session:
            await (await driver_of(session)).execute(
                "INSERT INTO log_entry (round, epoch, position, type, body, leaf, sealed_at)"
                " VALUES ($1, $2, $3, 'events', '', '', now())",
                *(round_id, head.epoch, head.size),
            )
            ours = asyncio.create_task(append_next(driver, round_id, head))
            await until_blocked(owner)
        assert await ours is None
        assert await append_next(driver, round_id, head) is None
    assert await rows(owner, RUNS) == [(1, 1)]


async def test_an_entry_is_later_than_the_one_before_though_the_clock_was_set_back(
    world: World, owner: Database, round_id: int
) -> None:
    _, sealing = await sealed_once(world)
    head = sealing.memories[round_id].head
    await unguarded(owner, "UPDATE log_entry SET sealed_at = sealed_at + interval '1 day'")
    async with world.worker_database.driver() as driver:
        now = await append_next(driver, round_id, head)
    last, body, before = (
        await rows(
            owner,
            "SELECT sealed_at, body, lag(sealed_at) OVER (ORDER BY position) FROM log_entry"
            " ORDER BY position DESC LIMIT 1",
        )
    )[0]
    tick = timedelta(microseconds=1)
    assert last == before + tick
    assert body == f'<"{in_microseconds(last)}">'
    leaf = leaf_hash(body.encode())
    assert now == replace(head, size=head.size + 1, leaf=leaf, run=2, now=last + tick)


async def append_next(driver: Driver, round_id: int, head: Head) -> Head | None:
    return await store.append_next(driver, round_id, head, "run", 2, ("<", ">"))


def test_parameters_are_hashed_as_the_verifier_hashes_them() -> None:
    said = {"park": {"B": {"n": 2, "best": -0.0}, "A": {"n": 1}}, "county": {}}
    first = Parameters.of(said, None)
    other = {**said, "park": {**said["park"], "B": {"n": 2, "best": 0.0}}}
    second = Parameters.of(other, first)
    assert first.digest == parameters_hash(said)
    assert second.digest == parameters_hash(other) != first.digest
    assert second.parts["park", "A"] is first.parts["park", "A"]
    assert Parameters.of({}, None).digest == parameters_hash({})
