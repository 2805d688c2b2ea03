"""A run is sealed from what its worker remembers of it as it is from what the database has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.database import Database
from shared.runs import score_store
from shared.runs.service import Outcome
from shared.seals import unsealed_store
from tests.fixtures.ask import one
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
