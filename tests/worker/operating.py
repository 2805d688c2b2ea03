"""Asking for operations, and carrying them out in this process."""

from datetime import timedelta
from typing import Any

from shared.database import Database
from shared.operations.model import Kind
from tests.fixtures.ask import execute
from tests.fixtures.make import ROUND, World
from worker.kinds import KINDS
from worker.loop import Bell
from worker.operations import Operator

STATE = "SELECT state, attempts, result IS NULL FROM operation ORDER BY id"


async def ask(world: World, **body: Any) -> int:
    """Ask for an operation and return its id."""
    answer = await world.call("admin", "POST", f"/rounds/{ROUND}/sensitivity", body)
    assert answer.status_code == 202, answer.text
    return int(answer.json()["id"])


async def ask_for_another_kind(owner: Database, kind: str = "of-a-newer-release") -> None:
    """Ask as a gateway of another release would."""
    await execute(
        owner,
        f"""
        INSERT INTO operation (round, kind, parameters, requested_by, request_id)
        SELECT id, '{kind}', '{{"of": 21}}', 'me', 'r' FROM round
        """,  # noqa: S608 -- it is ours
    )


async def nothing(*_: object) -> None:
    """Read nothing."""


def operator_over(database: Database, **kinds: Kind[Any]) -> Operator:
    """Return an operator that looks often, and knows *kinds* beside its own."""
    return Operator(database, Bell(), timedelta(seconds=0.02), KINDS | kinds)
