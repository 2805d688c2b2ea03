"""For operators: health, metrics, request ids, and a docs page that needs no other host."""

import asyncio
import re

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from api.app import ROLE
from shared.database import Database, Driver, probe, schema
from tests.fixtures.ask import execute, rows, until
from tests.fixtures.http import SUBMISSIONS, gateway, problem, runs, stored
from tests.fixtures.make import ROUND, STATIONS, World

OUTSIDE = "http://gateway"
ROW = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}


async def test_health_is_told_without_a_key(client: httpx.AsyncClient) -> None:
    live = await client.get(f"{OUTSIDE}/health/live")
    ready = await client.get(f"{OUTSIDE}/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})


async def test_without_its_database_a_gateway_lives_but_is_not_ready() -> None:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/none")
    async with gateway(Database("").over(engine)) as client:
        with capture_logs():
            problem(await client.get(f"{OUTSIDE}/health/ready"), 503, "unavailable")
        assert (await client.get(f"{OUTSIDE}/health/live")).status_code == 200
    await engine.dispose()


async def test_a_gateway_whose_connections_are_all_in_use_is_ready(url: str) -> None:
    """Another one would be no better off, and the requests come to an end."""
    async with (
        Database(url, ROLE, 1) as database,
        gateway(database) as client,
        database.driver(),
        asyncio.timeout(2),
    ):
        assert (await client.get(f"{OUTSIDE}/health/ready")).status_code == 200


async def test_all_who_ask_for_readiness_at_the_same_time_are_told_of_one_look(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = schema.require_known

    async def counted(driver: Driver) -> None:
        nonlocal looks
        looks += 1
        await look(driver)

    monkeypatch.setattr(probe, "require_known", counted)
    await asyncio.gather(*(database.require_answer() for _ in range(50)))
    assert looks == 1
    await database.require_answer()
    assert looks == 2


async def test_a_connection_for_health_that_was_lost_is_opened_again(
    world: World, owner: Database
) -> None:
    asks = """
        SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%alembic_version%'
            AND pid <> pg_backend_pid()
    """
    assert (await world.client.get(f"{OUTSIDE}/health/ready")).status_code == 200
    before = await rows(owner, asks)
    assert (await world.client.get(f"{OUTSIDE}/health/ready")).status_code == 200
    assert await rows(owner, asks) == before
    await execute(owner, f"SELECT pg_terminate_backend({before[0][0]}, 5000)")

    async def ready() -> bool:
        return (await world.client.get(f"{OUTSIDE}/health/ready")).status_code == 200

    await until(ready)
    assert len(before) == len(await rows(owner, asks)) == 1
    assert await rows(owner, asks) != before


async def test_a_gateway_whose_database_lost_its_schema_is_not_ready(
    world: World, owner: Database
) -> None:
    """As one does that is restored from an empty dump while the gateway runs."""
    await execute(owner, "ALTER TABLE alembic_version RENAME TO set_aside")
    with capture_logs() as logs:
        problem(await world.client.get(f"{OUTSIDE}/health/ready"), 503, "unavailable")
    assert "fault" not in {each["event"] for each in logs}
    await execute(owner, "ALTER TABLE set_aside RENAME TO alembic_version")

    assert (await world.client.get(f"{OUTSIDE}/health/ready")).status_code == 200


Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def samples(client: httpx.AsyncClient) -> Samples:
    """Return what the gateway tells Prometheus."""
    answer = await client.get(f"{OUTSIDE}/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_and_not_by_path(world: World) -> None:
    def requests(found: Samples, status: int) -> float:
        labels = {"method": "POST", "route": "/v1/rounds/{round}/submissions"}
        labels["status"] = str(status)
        return found.get(("pilotzone_requests_total", frozenset(labels.items())), 0)

    before = await samples(world.client)
    await world.submit("source", "C1", STATIONS, 1)
    await world.submit("source", "C9", STATIONS, 1)
    await world.call("admin", "GET", "/no/such/path")
    after = await samples(world.client)

    assert requests(after, 201) == requests(before, 201) + 1
    assert requests(after, 404) == requests(before, 404) + 1
    assert not any(ROUND in value or "such" in value for _, labels in after for _, value in labels)


async def test_a_method_of_a_client_s_own_making_makes_no_series(world: World) -> None:
    await world.client.request("GRASS", "/no/such/path")
    methods = {dict(labels).get("method") for _, labels in await samples(world.client)}
    assert "other" in methods
    assert "GRASS" not in methods


async def test_submissions_are_counted_by_what_became_of_them(world: World) -> None:
    def counted(found: Samples) -> list[float]:
        return [
            found.get(("pilotzone_submissions_total", frozenset({("result", result)})), 0)
            for result in ("created", "revised", "unchanged", "rejected")
        ]

    before = counted(await samples(world.client))
    for value in (1, 1, 2, 2.5):
        await world.submit("source", "C1", STATIONS, value)
    rows = [ROW | {"applicant": "C2"}, ROW | {"applicant": "C9"}, 5]
    await world.call("source", "POST", f"{SUBMISSIONS}/batch", {"items": rows})
    after = counted(await samples(world.client))

    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1, 4]


async def test_what_waits_for_a_run_is_measured(world: World) -> None:
    nothing: frozenset[tuple[str, str]] = frozenset()
    await world.recompute()
    assert (await samples(world.client))["pilotzone_queue_changes", nothing] == 0

    await world.submit("source", "C1", STATIONS, 1)
    await world.submit("source", "C2", STATIONS, 1)

    found = await samples(world.client)
    assert found["pilotzone_queue_changes", nothing] == 2
    assert found["pilotzone_queue_oldest_seconds", nothing] >= 0


@pytest.mark.parametrize("given", ["a", "trace-1.2_3", "A" * 64])
async def test_a_sane_request_id_is_taken_over_and_ends_on_the_run(
    world: World, given: str
) -> None:
    await world.recompute()
    headers = world.headers["source"] | {"X-Request-ID": given}

    answer = await world.client.post(SUBMISSIONS, json=ROW, headers=headers)
    await world.recompute()

    assert answer.headers["x-request-id"] == given
    assert (await runs(world))[0]["request_ids"] == [given]


async def test_any_other_request_id_is_replaced(world: World) -> None:
    seen = set()
    for given in (b"", b" ", b"a b", b"A" * 65, b"a\tb", b"<script>", "ü".encode(), b"a/b"):
        answer = await world.client.get("/nothing", headers={b"X-Request-ID": given})
        made = problem(answer, 404, "not-found")["request_id"]
        assert re.fullmatch(r"[0-9a-f]{32}", made), given
        seen.add(made)
    assert len(seen) == 8


async def test_every_answer_bears_a_request_id(world: World) -> None:
    for url in ("/health/live", "/metrics", "/docs", "/v1/openapi.json", "/v1/rounds", "/x"):
        answer = await world.client.get(OUTSIDE + url)
        assert len(answer.headers.get_list("x-request-id")) == 1, url


async def test_the_docs_page_needs_no_other_host(client: httpx.AsyncClient) -> None:
    page = await client.get(f"{OUTSIDE}/docs")

    assert page.status_code == 200
    assert not re.findall(r"(?:https?:)?//[\w.-]+\.\w+", page.text)
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert any(each.endswith(".js") for each in assets)
    for asset in assets:
        assert (await client.get(OUTSIDE + asset)).status_code == 200, asset
    assert "/v1/openapi.json" in page.text


async def test_the_contract_is_published_with_the_service(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert answer.status_code == 200
    assert "/v1/rounds/{round}/submissions" in answer.json()["paths"]


async def test_a_body_that_nobody_reads_does_no_harm(world: World) -> None:
    answer = await world.client.request(
        "GET", "/rounds", content=b"{", headers=world.headers["auditor"]
    )
    assert answer.status_code == 200
    assert await stored(world) == []
