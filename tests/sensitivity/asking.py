"""Asking how sure a ranking is, and reading the operation that answers."""

from typing import Any

import httpx

from tests.fixtures.make import MARK, ROUND, STATIONS, World
from worker.loop import Bell
from worker.operations import Operator

ASK = f"/rounds/{ROUND}/sensitivity"
LIST = f"/rounds/{ROUND}/operations"


async def score(world: World) -> None:
    """Bring the world past its first run: two counties with marks, a park with none."""
    for applicant, stations, mark in (("C1", 100, 60), ("C2", 50, 70)):
        await world.submit("source", applicant, STATIONS, stations)
        await world.submit("expert", applicant, MARK, mark)
    assert await world.recompute()


async def ask(world: World, **body: Any) -> dict[str, Any]:
    """Ask as an auditor and return the operation."""
    answer = await world.call("auditor", "POST", ASK, body)
    assert answer.status_code == 202, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def work(world: World) -> bool:
    """Let a worker carry out the next operation."""
    return await Operator(world.worker_database, Bell(), world.worker().idle).carry_out_next()


async def read(world: World, operation: dict[str, Any], role: str = "portal") -> dict[str, Any]:
    answer = await world.call(role, "GET", f"{LIST}/{operation['id']}")
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def items(world: World, operation: dict[str, Any], **params: Any) -> httpx.Response:
    return await world.call("portal", "GET", f"{LIST}/{operation['id']}/items", **params)
