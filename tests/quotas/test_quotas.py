"""Quotas over HTTP: told, kept to by all gateways together, and counted by the database's clock."""

import asyncio
from datetime import timedelta
from typing import Any

import http_sf
import httpx
import pytest
from alembic import command

from shared.core.quota import WINDOWS, Counted, Quota
from shared.database import Database
from shared.database.migration import configuration
from tests.fixtures.ask import execute, one
from tests.fixtures.http import SUBMISSIONS, gateway, key, problem
from tests.fixtures.make import STATIONS, World
from worker.expiry import Expiry


def told(answer: httpx.Response, name: str) -> dict[str, dict[str, int]]:
    """Read a header of quotas by a parser of structured fields."""
    items: Any = http_sf.parse(answer.headers[name].encode(), tltype="list")
    return {str(item): dict(parameters) for item, parameters in items}


async def limited(world: World, owner: Database, **quota: int) -> None:
    """Let a source have this quota."""
    world.headers["source"] = await key(owner, "source", "limited", quota=Quota(**quota))


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count requests by the day too: no window ends while a test runs."""
    monkeypatch.setitem(WINDOWS, Counted.REQUESTS, WINDOWS[Counted.ROWS])


async def test_gateways_together_keep_to_the_quota_of_a_key(
    world: World, owner: Database, database: Database
) -> None:
    await limited(world, owner, requests=60)

    async with gateway(database) as other:
        answers = await asyncio.gather(
            *(
                client.get("/rounds", headers=world.headers["source"])
                for client in (world.client, other)
                for _ in range(40)
            )
        )

    assert sorted(each.status_code for each in answers) == [200] * 60 + [429] * 20
    refused = next(each for each in answers if each.status_code == 429)
    document = problem(refused, 429, "quota-exceeded")
    assert (document["quota"], document["limit"], document["left"]) == ("requests", 60, 0)
    assert refused.headers["retry-after"] == str(document["retry_after"])
    assert told(refused, "ratelimit-policy") == {"requests": {"q": 60, "w": 86_400}}
    assert told(refused, "ratelimit") == {"requests": {"r": 0, "t": document["retry_after"]}}
    assert (await world.call("portal", "GET", "/rounds")).status_code == 200


async def test_each_value_counts_and_a_file_counts_as_a_whole(
    world: World, owner: Database
) -> None:
    await limited(world, owner, rows=3)

    def rows(count: int) -> dict[str, Any]:
        item = {"applicant": "C1", "measure": STATIONS, "value": 5}
        return {"items": [item | {"as_of": f"2026-06-0{day + 1}"} for day in range(count)]}

    batch = f"{SUBMISSIONS}/batch"
    first = await world.submit("source", "C1", STATIONS, 5)
    too_many = await world.call("source", "POST", batch, rows(3))
    fits = await world.call("source", "POST", batch, rows(2))
    last = await world.submit("source", "C1", STATIONS, 6)

    assert (first.status_code, fits.status_code) == (201, 200)
    assert told(first, "ratelimit")["rows"]["r"] == 2
    assert problem(too_many, 429, "quota-exceeded")["left"] == 2
    assert problem(last, 429, "quota-exceeded")["quota"] == "rows"
    assert "ratelimit" not in (await world.call("source", "GET", SUBMISSIONS)).headers
    assert await one(owner, "SELECT count(*) FROM batch") == 1


async def test_what_is_spent_from_memory_asks_the_database_for_nothing(
    world: World, owner: Database
) -> None:
    await limited(world, owner, requests=5_000)

    for left in range(4_999, 4_950, -1):
        answer = await world.call("source", "GET", "/applicants/C1")
        assert told(answer, "ratelimit")["requests"]["r"] == left

    granted = "SELECT granted FROM quota_window WHERE counted = 'requests'"
    assert await one(owner, granted) == 100


async def test_the_setting_holds_for_keys_without_a_quota_of_their_own(
    world: World, owner: Database, database: Database
) -> None:
    free = await key(owner, "source", "free", quota=Quota(requests=0))

    async with gateway(database, quota_requests=1) as client:
        statuses = [
            (await client.get("/rounds", headers=header)).status_code
            for header in (world.headers["portal"], free)
            for _ in range(3)
        ]

    assert statuses == [200, 429, 429, 200, 200, 200]


async def test_an_administrator_gives_a_key_its_quota_which_rotation_keeps(world: World) -> None:
    new = {"role": "source", "name": "counts", "quota": {"requests": 600}}

    made = (await world.call("admin", "POST", "/keys", new)).json()
    after = (await world.call("admin", "POST", f"/keys/{made['id']}/rotation", {})).json()

    assert made["quota"] == after["quota"] == {"requests": 600, "rows": None}
    world.headers["made"] = {"Authorization": f"Bearer {after['key']}"}
    answer = await world.call("made", "GET", "/rounds")
    assert told(answer, "ratelimit-policy") == {"requests": {"q": 600, "w": 86_400}}


async def test_a_worker_forgets_windows_that_have_ended(
    world: World, owner: Database, worker_database: Database
) -> None:
    await limited(world, owner, requests=10, rows=10)
    await world.submit("source", "C1", STATIONS, 5)
    await execute(
        owner,
        "UPDATE quota_window SET ends_at = now() - interval '61 min' WHERE counted = 'requests'",
    )

    assert not await Expiry(worker_database, timedelta(days=1)).take_away()

    assert await one(owner, "SELECT string_agg(counted, ' ') FROM quota_window") == "rows"


async def test_before_the_step_each_gateway_counts_for_itself(
    world: World, url: str, database: Database
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0016")

    async with gateway(database, quota_requests=2) as client:
        statuses = [
            (await client.get("/rounds", headers=world.headers["portal"])).status_code
            for _ in range(3)
        ]

    assert statuses == [200, 200, 429]
