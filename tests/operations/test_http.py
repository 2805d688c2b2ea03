"""Operations over HTTP: followed, listed, bounded and cancelled, whatever they work out."""

import asyncio

import pytest

from shared.database import Database
from tests.fixtures.ask import one, rows
from tests.fixtures.make import World, name
from tests.sensitivity.asking import ASK, LIST, ask, items, read, score, work


@pytest.fixture
async def scored(world: World) -> World:
    """Give the world after its first run."""
    await score(world)
    return world


async def test_items_of_an_unfinished_operation_do_not_exist(scored: World) -> None:
    operation = await ask(scored)

    answer = await items(scored, operation)

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


async def test_who_asked_is_shown_to_administrators_and_auditors_alone(scored: World) -> None:
    operation = await ask(scored)

    names = {
        role: (await read(scored, operation, role))["requested_by"]
        for role in ("admin", "auditor", "portal", "source")
    }
    assert names == {
        "admin": "auditor",
        "auditor": "auditor",
        "portal": None,
        "source": None,
    }
    (listed,) = (await scored.call("portal", "GET", LIST)).json()["items"]
    assert listed["requested_by"] is None


async def test_operations_are_listed_newest_first_in_pages(scored: World) -> None:
    ids = [(await ask(scored, draws=1))["id"] for _ in range(3)]

    first = await scored.call("portal", "GET", LIST, limit=2)
    target = first.json()["next"].removeprefix("/v1")
    last = await scored.call("portal", "GET", target)

    listed = [each["id"] for page in (first, last) for each in page.json()["items"]]
    assert listed == ids[::-1]


async def test_only_a_few_operations_of_a_round_are_unfinished(
    scored: World, owner: Database
) -> None:
    """However many ask at once."""
    answers = await asyncio.gather(*(scored.call("admin", "POST", ASK) for _ in range(8)))

    assert sorted(each.status_code for each in answers) == [202] * 3 + [409] * 5
    refused = next(each.json() for each in answers if each.status_code == 409)
    assert (refused["type"], refused["most"]) == ("/problems/too-many-operations", 3)
    assert await one(owner, "SELECT count(*) FROM operation") == 3


async def test_an_operation_that_ended_makes_room(scored: World) -> None:
    ids = [(await ask(scored))["id"] for _ in range(3)]

    await scored.call("auditor", "DELETE", f"{LIST}/{ids[0]}")

    assert (await scored.call("admin", "POST", ASK)).status_code == 202


async def test_a_cancelled_operation_is_not_carried_out(scored: World, owner: Database) -> None:
    operation = await ask(scored)

    answer = await scored.call("admin", "DELETE", f"{LIST}/{operation['id']}")

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert answer.json()["finished_at"] is not None
    assert not await work(scored)
    assert await rows(owner, "SELECT state, attempts, result IS NULL FROM operation") == [
        ("cancelled", 0, True)
    ]


async def test_cancelling_what_has_ended_changes_nothing(scored: World) -> None:
    operation = await ask(scored, draws=5)
    assert await work(scored)
    before = await read(scored, operation, "admin")

    answer = await scored.call("admin", "DELETE", f"{LIST}/{operation['id']}")

    assert answer.status_code == 200
    assert answer.json() == before == await read(scored, operation, "admin")


async def test_who_asked_and_who_cancelled_is_in_the_audit_trail(
    scored: World, owner: Database
) -> None:
    operation = await ask(scored, seed=1)
    for _ in range(2):
        await scored.call("admin", "DELETE", f"{LIST}/{operation['id']}")

    trail = "SELECT actor, action, subject FROM audit_event WHERE action LIKE 'operation%'"
    subject = str(operation["id"])
    assert await rows(owner, f"{trail} ORDER BY id") == [
        ("auditor", "operation.requested", subject),
        ("admin", "operation.cancelled", subject),
    ]


async def test_operations_of_another_round_are_not_found(scored: World) -> None:
    body = {"code": "next", "framework": {"code": "small", "version": "1"}, "title": name("Next")}
    await scored.call("admin", "POST", "/rounds", body | {"reference_date": "2027-06-30"})
    operation = await ask(scored)

    for method, role in (("GET", "portal"), ("DELETE", "admin")):
        answer = await scored.call(role, method, f"/rounds/next/operations/{operation['id']}")
        assert answer.status_code == 404
    assert (await read(scored, operation))["state"] == "waiting"
