"""Operations of a kind that only a newer release knows: shown as they are recorded."""

from typing import Any

import pytest

from api.operations.kinds import VIEWS
from shared.database import Database
from tests.contract.document import OPERATIONS, faults
from tests.contract.document import Operation as Endpoint
from tests.fixtures.ask import execute, one
from tests.fixtures.make import ROUND, World
from worker.kinds import KINDS

LIST = f"/rounds/{ROUND}/operations"
ONE = "/v1/rounds/{round}/operations/{operation}"
ASKED = {"format": "csv", "columns": ["total", None]}
RESULT = {"rows": 3, "of": {"run": 1}}
ITEMS = [{"name": "a.csv", "rank": "none"}, {"name": "b.csv"}]

ADD = """
    INSERT INTO operation (round, kind, parameters, requested_by, request_id)
    SELECT id, 'export', '{"format": "csv", "columns": ["total", null]}', 'auditor', 'r' FROM round
"""
END = """
    UPDATE operation SET state = 'done', progress = 1, attempts = 1, finished_at = now(),
        result = '{"summary": {"rows": 3, "of": {"run": 1}},
                   "items": [{"name": "a.csv", "rank": "none"}, {"name": "b.csv"}]}'
    WHERE kind = 'export'
"""


@pytest.fixture
async def world(world: World, owner: Database) -> World:
    """Give the world with an export, then an operation of a known kind; both wait."""
    await world.recompute()
    await execute(owner, ADD)
    answer = await world.call("admin", "POST", f"/rounds/{ROUND}/sensitivity", {"draws": 10})
    assert answer.status_code == 202, answer.text
    return world


def promised(path: str, method: str = "GET") -> dict[str, Any]:
    """Return the schema of what the contract says that is answered."""
    endpoint: Endpoint = next(
        each for each in OPERATIONS if (each.method, each.path) == (method, path)
    )
    schema: dict[str, Any] = endpoint.responses[200]["content"]["application/json"]["schema"]
    return schema


async def read(world: World, path: str, role: str = "portal", method: str = "GET") -> Any:
    """Return what is answered to *role*."""
    answer = await world.call(role, method, path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_kinds_are_listed_together(world: World) -> None:
    page = await read(world, LIST)

    assert [(each["kind"], each["state"]) for each in page["items"]] == [
        ("sensitivity", "waiting"),
        ("export", "waiting"),
    ]
    assert page["items"][1]["parameters"] == ASKED
    assert page["items"][1]["requested_by"] is None
    assert faults(promised("/v1/rounds/{round}/operations"), page) == []


async def test_what_waits_for_a_newer_worker_can_be_followed(world: World) -> None:
    operation = await read(world, f"{LIST}/1", "auditor")

    assert operation["recorded_at"]
    assert operation | {"recorded_at": None} == {
        "id": 1,
        "kind": "export",
        "parameters": ASKED,
        "state": "waiting",
        "progress": 0,
        "attempts": 0,
        "error": None,
        "requested_by": "auditor",
        "recorded_at": None,
        "started_at": None,
        "finished_at": None,
        "result": None,
    }
    assert faults(promised(ONE), operation) == []


async def test_its_result_is_shown_as_the_newer_worker_left_it(
    world: World, owner: Database
) -> None:
    await execute(owner, END)

    operation = await read(world, f"{LIST}/1")
    page = await read(world, f"{LIST}/1/items")

    assert (operation["state"], operation["result"]) == ("done", RESULT)
    assert page == {"items": ITEMS, "next": None}
    assert faults(promised(ONE), operation) == []
    assert faults(promised(f"{ONE}/items"), page) == []


async def test_its_items_come_in_pages(world: World, owner: Database) -> None:
    await execute(owner, END)

    first = await world.call("portal", "GET", f"{LIST}/1/items", limit=1)
    following = first.json()["next"]
    second = await read(world, following.removeprefix("/v1"))

    assert first.json() == {"items": ITEMS[:1], "next": following}
    assert second == {"items": ITEMS[1:], "next": None}


async def test_it_can_be_cancelled(world: World, owner: Database) -> None:
    """Where no newer worker will ever come, it would wait for good."""
    cancelled = await read(world, f"{LIST}/1", "admin", "DELETE")

    assert (cancelled["kind"], cancelled["state"]) == ("export", "cancelled")
    assert faults(promised(ONE, "DELETE"), cancelled) == []
    trail = "SELECT count(*) FROM audit_event WHERE action = 'operation.cancelled'"
    assert await one(owner, trail) == 1


async def test_a_known_kind_is_not_excused_by_what_is_admitted_of_others(world: World) -> None:
    """The contract says no less of sensitivity for admitting kinds that it does not know."""
    known = await read(world, f"{LIST}/2")

    assert faults(promised(ONE), known) == []
    for wrong in ({"parameters": ASKED}, {"result": RESULT}):
        assert faults(promised(ONE), known | wrong) != []


def test_every_kind_that_a_worker_carries_out_is_one_that_a_gateway_shows() -> None:
    assert set(KINDS) == set(VIEWS)
