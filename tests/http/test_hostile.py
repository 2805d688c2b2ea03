"""What a clumsy or hostile client must not be able to do to the others."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.access import service as keys
from shared.access.store import Terms
from shared.batches.admission import MOST_FAULTS
from shared.core.principal import Actor
from shared.database import Database
from tests.fixtures.make import ROUND, STATIONS, World, name

BATCH = f"/rounds/{ROUND}/submissions/batch"


@pytest.fixture
async def limited(owner: Database) -> dict[str, str]:
    """Give the header of a portal's key that reaches C1 alone."""
    async with owner.session() as session:
        key = await keys.create(session, Actor("t", "t"), "limited", "portal", Terms(["C1"]))
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("as_of", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"])
async def test_a_date_at_the_end_of_the_calendar_is_refused(world: World, as_of: str) -> None:
    """PostgreSQL's driver takes it for infinity, and no run could read it."""
    answer = await world.submit("source", "C1", STATIONS, 5, as_of)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/as_of"


async def test_a_moment_at_the_end_of_the_calendar_is_refused(world: World) -> None:
    body = {
        "code": "late",
        "framework": {"code": "small", "version": "1"},
        "title": "Late",
        "reference_date": "2026-01-01",
        "opens_at": "0001-01-01T00:00:00Z",
    }
    answer = await world.call("admin", "POST", "/rounds", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/opens_at"


async def test_a_stranger_is_turned_away_before_the_body_is_read(world: World) -> None:
    """Reading a large body takes time that the others would wait for."""

    async def read() -> bytes:
        raise AssertionError("the body was read")

    async def body() -> AsyncIterator[bytes]:
        yield await read()

    answer = await world.client.post(
        BATCH, content=body(), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/applicants/C2", {"name": name("other")}),
        ("PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"}),
        ("POST", "/applicants", {"code": "new", "kind": "park", "name": name("new")}),
    ],
)
async def test_a_limited_key_does_not_touch_other_applicants(
    world: World, limited: dict[str, str], method: str, path: str, body: dict[str, Any]
) -> None:
    answer: httpx.Response = await world.client.request(method, path, json=body, headers=limited)

    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")


async def test_a_limited_key_acts_on_its_own_applicant(
    world: World, limited: dict[str, str]
) -> None:
    answer = await world.client.patch(
        "/applicants/C1", json={"name": name("renamed")}, headers=limited | {"If-Match": "*"}
    )

    assert answer.status_code == 200


async def test_a_batch_that_repeats_itself_does_not_hold_up_the_others(world: World) -> None:
    """Nobody can tell which of them holds: each is refused, and names others."""
    row = {"applicant": "C1", "measure": STATIONS, "as_of": "2026-06-01"}
    items = [row | {"value": at % 2} for at in range(500)]

    batch, single = await asyncio.gather(
        world.call("source", "POST", BATCH, {"items": items}),
        world.submit("source", "C2", STATIONS, 7),
    )

    assert single.status_code == 201
    assert batch.json()["counts"]["rejected"] == 500
    assert {each["code"] for each in batch.json()["errors"]} == {"repeated-row"}


async def test_an_answer_does_not_grow_with_what_is_wrong(world: World) -> None:
    row = {"applicant": "C1", "measure": STATIONS, "as_of": "2026-06-01", "value": 1}
    rubbish = {f"unknown-{at}": at for at in range(2_500)}

    batch = await world.call("source", "POST", BATCH, {"items": [row | rubbish]})
    framework = await world.call("admin", "POST", "/frameworks", rubbish)

    assert {each["code"] for each in batch.json()["errors"]} == {"unknown-member"}
    assert len(batch.json()["errors"]) == MOST_FAULTS
    assert framework.status_code == 422
    assert len(framework.json()["errors"]) == 1_000
