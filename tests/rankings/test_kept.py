"""A ranking asked for before: sent as it is kept, and never anything else than its answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from api.rankings import routes
from shared.database import Database
from shared.database.schema import driver_url
from tests.fixtures.ask import execute
from tests.fixtures.http import SCORES, gateway, key, mark, problem
from tests.fixtures.make import World, name


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the paths that were answered from what is kept."""
    paths: list[str] = []
    again: Callable[..., Any] = routes._again

    async def note(*about: Any) -> Any:
        answer = await again(*about)
        if answer is not None:
            paths.append(SCORES)
        return answer

    monkeypatch.setattr(routes, "_again", note)
    return paths


async def get(world: World, role: str = "auditor", **params: Any) -> httpx.Response:
    """Ask for the ranking."""
    return await world.call(role, "GET", SCORES, **params)


def told(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return what an answer says, but for the request's id."""
    headers = [each for each in answer.headers.items() if each[0] != "x-request-id"]
    return answer.status_code, answer.content, sorted(headers)


ASKED: list[dict[str, Any]] = [
    {},
    {"limit": 2},
    {"cohort": "county", "include": "lines", "limit": 1},
    {"include": ["lines", "lines"]},
]


async def test_a_kept_answer_says_what_a_fresh_one_says(world: World, sent: list[str]) -> None:
    await mark(world, C1=50, C2=60)
    for params in ASKED:
        sent.clear()
        long, short = await get(world, **params), await get(world, **params)
        assert told(short) == told(long)
        assert sent == [SCORES]
        assert short.headers["x-request-id"] != long.headers["x-request-id"]


async def test_a_kept_answer_shows_what_changed_at_once(world: World, sent: list[str]) -> None:
    await mark(world, C1=50)
    assert [(await get(world)).json()["state"] for _ in range(2)] == ["current"] * 2
    await world.submit("expert", "C1", "policy", 60)
    assert [(await get(world)).json()["state"] for _ in range(2)] == ["recomputing"] * 2
    await world.recompute()
    assert [(await get(world)).json()["run"] for _ in range(2)] == [2, 2]
    await world.call("portal", "PATCH", "/applicants/C1", {"name": name("New")})
    assert [(await get(world)).json()["items"][0]["name"]["en"] for _ in range(2)] == ["New"] * 2
    assert len(sent) == 4


async def test_a_new_name_is_shown_though_the_clock_was_set_back(
    world: World, owner: Database
) -> None:
    await mark(world, C1=50)
    await execute(owner, "UPDATE applicant SET changed_at = changed_at + interval '1 day'")
    await get(world)

    await world.call("portal", "PATCH", "/applicants/C1", {"name": name("New")})

    assert (await get(world)).json()["items"][0]["name"]["en"] == "New"


async def test_a_kept_answer_is_for_valid_keys_alone(
    world: World, owner: Database, sent: list[str]
) -> None:
    await mark(world, C1=50)
    await get(world)
    await get(world)
    sent.clear()

    refused: list[Any] = [
        {},
        {"Authorization": "Bearer pz_x"},
        {"Authorization": "Basic eA=="},
        [("Authorization", world.headers["auditor"]["Authorization"])] * 2,
    ]
    for header in refused:
        problem(await world.client.get(SCORES, headers=header), 401, "unauthorized")
    assert not sent
    fresh = await key(owner, "portal", "fresh")
    answers = [await world.client.get(SCORES, headers=fresh) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert len(sent) == 2


async def test_only_what_was_asked_in_the_same_words_is_answered_from_what_is_kept(
    world: World, sent: list[str]
) -> None:
    await mark(world, C1=50, C2=60)
    await get(world)
    await get(world, limit=1)
    await mark(world, C1=70)
    other: list[dict[str, Any]] = [{"run": 1}, {"wait": 0, "wait_for": 1}, {"cohort": "park"}]
    for params in other:
        first, second = await get(world, **params), await get(world, **params)
        assert told(first) == told(second)
        assert first.json()["run"] == params.get("run", 2)
    problem(await get(world, limit=0), 422, "invalid")
    problem(await world.call("auditor", "POST", SCORES), 405, "method-not-allowed")
    assert len(sent) == 1  # the park's second


async def test_without_a_connection_a_kept_answer_asks_for_patience_too(
    world: World, owner: Database, url: str
) -> None:
    engine = create_async_engine(driver_url(url), pool_size=1, max_overflow=0, pool_timeout=0.05)
    database = Database("").over(engine)
    async with gateway(database, key_cache=timedelta(minutes=1)) as client:
        reader = World(client, world.headers, world.worker_database)
        await mark(world, C1=50)
        assert [(await get(reader)).status_code for _ in range(2)] == [200, 200]
        with capture_logs():
            async with engine.connect():
                assert (await get(reader)).status_code == 200  # it is asked about on one of its own
                (own,) = await database.row("SELECT pg_backend_pid()")
                await execute(owner, f"SELECT pg_terminate_backend({own}, 5000)")
                problem(await get(reader), 503, "unavailable")
        assert (await get(reader)).status_code == 200
    await engine.dispose()


async def test_a_kept_answer_is_measured_like_a_fresh_one(world: World, sent: list[str]) -> None:
    series = 'pilotzone_requests_total{method="GET",route="/v1/rounds/{round}/scores",status="200"}'

    async def counted() -> float:
        metrics = (await world.client.get("http://gateway/metrics")).text
        return next(
            (float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(series)), 0
        )

    await mark(world, C1=50)
    before = await counted()
    await get(world)
    await get(world)
    assert await counted() == before + 2
    assert len(sent) == 1
