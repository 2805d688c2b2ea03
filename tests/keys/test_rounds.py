"""Keys limited to rounds: whatever is in another round, they see nothing of it."""

import httpx
import pytest

from shared.database import Database
from tests.contract.document import OPERATIONS
from tests.contract.player import Player
from tests.contract.scenario import play
from tests.contract.test_roles import sent
from tests.fixtures.http import SCORES, key, pages, problem
from tests.fixtures.make import ROUND, World

OF_ROUNDS = [each for each in OPERATIONS if "{round}" in each.path]
GUARDED = ("admin", "portal", "source", "expert", "auditor")


def test_there_is_something_to_walk() -> None:
    assert len(OF_ROUNDS) > 20


@pytest.mark.parametrize("exists", [True, False])
async def test_of_other_rounds_every_operation_is_refused(
    client: httpx.AsyncClient,
    headers: dict[str, dict[str, str]],
    owner: Database,
    worker_database: Database,
    exists: bool,  # noqa: FBT001
) -> None:
    """Whether or not there is a round of that code; a new operation is covered as it appears."""
    if exists:
        await play(Player(client, headers), worker_database)
    narrow = {role: await key(owner, role, f"{role} of one", rounds=["R1"]) for role in GUARDED}

    for operation in OF_ROUNDS:
        for role in operation.roles or ():
            assert await sent(client, operation, narrow[role]) == (403, "/problems/forbidden")


async def test_of_its_own_round_no_operation_is_refused_for_the_limit(
    client: httpx.AsyncClient, owner: Database
) -> None:
    narrow = {role: await key(owner, role, role, rounds=["2026-1"]) for role in GUARDED}

    for operation in OF_ROUNDS:
        for role in operation.roles or ():
            status, _ = await sent(client, operation, narrow[role])
            assert status not in (401, 403), operation


async def test_what_is_kept_for_others_is_not_given_to_a_key_of_another_round(
    world: World, owner: Database
) -> None:
    """The ranking is answered from what is kept, past the routing."""
    world.headers["own"] = await key(owner, "auditor", "own", rounds=[ROUND])
    world.headers["other"] = await key(owner, "auditor", "other", rounds=["R1"])
    await world.recompute()
    for _ in range(2):
        assert (await world.call("auditor", "GET", SCORES)).status_code == 200

    assert (await world.call("own", "GET", SCORES)).status_code == 200
    problem(await world.call("other", "GET", SCORES), 403, "forbidden")


async def test_rounds_are_listed_and_made_within_the_limit(world: World, owner: Database) -> None:
    body = {
        "code": "R1",
        "framework": {"code": "small", "version": "1"},
        "title": "Another",
        "reference_date": "2026-06-30",
    }
    world.headers["one"] = await key(owner, "admin", "one", rounds=["R1"])

    problem(await world.call("one", "POST", "/rounds", body | {"code": "R2"}), 403, "forbidden")
    assert (await world.call("one", "POST", "/rounds", body)).status_code == 201

    assert [[each["code"] for each in page] for page in await pages(world, "/rounds", "one")] == [
        ["R1"]
    ]
    assert len((await pages(world, "/rounds", "auditor"))[0]) == 2
