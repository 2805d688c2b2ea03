"""Kinds of operations: each carried out as its own, and one unknown here left to a newer worker."""

import json
from typing import Any

from shared.database import Database, Session
from shared.frameworks.service import Library
from shared.operations.model import Kind, Operation
from tests.fixtures.ask import execute, one, rows, until
from tests.fixtures.make import World
from tests.worker.conftest import StartWorker
from tests.worker.operating import STATE, ask, ask_for_another_kind, operator_over


async def test_a_kind_that_no_worker_here_knows_waits_and_holds_up_nobody(
    world: World, owner: Database, start_worker: StartWorker
) -> None:
    """It is for a newer worker; the operations asked for later are carried out meanwhile."""
    await world.recompute()
    await ask_for_another_kind(owner)
    await ask(world, draws=10)

    worker = start_worker()

    await until(lambda: one(owner, "SELECT count(*) = 1 FROM operation WHERE state = 'done'"))
    assert await rows(owner, STATE) == [("waiting", 0, True), ("done", 1, False)]
    assert await worker.stop() == 0
    assert "Traceback" not in worker.said()


async def test_what_a_newer_worker_left_when_it_died_is_left_to_the_next_of_them(
    world: World, owner: Database, worker_database: Database
) -> None:
    """Even when it was cut off so often that one who knows it would give it up."""
    assert await world.recompute()
    await ask_for_another_kind(owner)
    await execute(owner, "UPDATE operation SET state = 'running', progress = 0.5, attempts = 3")

    assert not await operator_over(worker_database).carry_out_next()

    assert await rows(owner, "SELECT state, progress, attempts FROM operation") == [
        ("running", 0.5, 3)
    ]


async def test_an_operation_is_carried_out_as_its_kind_says(
    world: World, owner: Database, worker_database: Database
) -> None:
    """Read and computed by its own kind, among others."""
    assert await world.recompute()

    async def read(_session: Session, _library: Library, operation: Operation) -> list[str]:
        return [operation.kind, operation.state]

    def compute(material: list[str], parameters: dict[str, Any], report: Any) -> str:
        report(0.5)
        return json.dumps({"summary": {"twice": parameters["of"] * 2}, "items": material})

    operator = operator_over(worker_database, doubling=Kind(read, compute))
    await ask(world, draws=10)
    await ask_for_another_kind(owner, "doubling")
    while await operator.carry_out_next():
        pass

    assert await rows(owner, STATE) == [("done", 1, False)] * 2
    assert await rows(owner, "SELECT result::jsonb FROM operation WHERE kind = 'doubling'") == [
        ({"summary": {"twice": 42}, "items": ["doubling", "running"]},)
    ]
