"""Errors over HTTP: every one is a whole problem document, and none says too much."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from shared.database import Database
from shared.database.schema import driver_url
from shared.rounds import store as rounds
from tests.fixtures.http import (
    SCORES,
    SUBMISSIONS,
    findings,
    gateway,
    problem,
    stored,
    until_waiting,
)
from tests.fixtures.make import ROUND, STATIONS, World

ROW = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}
NOBODY = "postgresql+asyncpg://nobody@127.0.0.1:1/none"  # port 1: connecting is refused at once


async def test_a_path_that_leads_nowhere_is_a_problem(world: World) -> None:
    for path in ("/nothing", "/", "/rounds/R2026/nothing", "//", "/applicants/C1/scores"):
        problem(await world.call("admin", "GET", path), 404, "not-found")
    for url in ("http://gateway/v2/rounds", "http://gateway/health", "http://gateway/v1/rounds/"):
        problem(await world.client.get(url), 404, "not-found")


async def test_a_method_that_is_not_offered_is_a_problem(world: World) -> None:
    for method, path in (
        ("DELETE", "/applicants/C1"),
        ("PUT", SUBMISSIONS),
        ("DELETE", SUBMISSIONS),
        ("POST", SCORES),
        ("PATCH", f"/rounds/{ROUND}"),
    ):
        answer = await world.call("admin", method, path)
        problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"]


async def test_every_other_refusal_is_a_problem(world: World, database: Database) -> None:
    json = {"Content-Type": "application/json"}

    async def post(content: bytes, role: str = "source", **headers: str) -> httpx.Response:
        sent = world.headers[role] | json | headers
        return await world.client.post(SUBMISSIONS, content=content, headers=sent)

    problem(await post(b"{"), 400, "malformed-body")
    problem(await world.client.get("/rounds"), 401, "unauthorized")
    problem(await post(b"{}", "auditor"), 403, "forbidden")
    problem(await world.call("admin", "GET", "/applicants/C9"), 404, "not-found")
    problem(await post(b"{}", **{"Content-Type": "text/csv"}), 415, "unsupported-media-type")
    problem(await post(b"{}"), 422, "invalid")
    problem(await world.transition("draft"), 409, "transition-not-allowed")
    async with gateway(database, max_body=1024) as client:
        large = await client.post(SUBMISSIONS, content=b" " * 1025, headers=world.headers["source"])
        problem(large, 413, "body-too-large")


async def test_a_fault_is_answered_without_a_word_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError("password is hunter2")

    monkeypatch.setattr("shared.applicants.store.page", fail)
    with capture_logs() as logs:
        answer = await world.call("admin", "GET", "/applicants", kind="county")

    problem(answer, 500, "internal-server-error")
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    (fault,) = [each for each in logs if each["event"] == "fault"]
    assert str(fault["exc_info"]) == "password is hunter2"


async def test_a_fault_in_the_database_is_answered_without_its_sql(
    world: World, owner: Database
) -> None:
    async with owner.session() as session:
        await session.execute(text("ALTER TABLE entry RENAME TO secret_entry"))
    with capture_logs():
        answer = await world.call("admin", "GET", f"/rounds/{ROUND}/entries")
    problem(answer, 500, "internal-server-error")
    assert "entry" not in answer.text.replace("entries", "")
    assert "SELECT" not in answer.text


ECHO = "zebra"


async def test_what_was_sent_is_not_sent_back(world: World) -> None:
    """Neither a value nor a parameter, whatever is wrong with it."""
    for change in (
        {"value": ECHO},
        {"value": [ECHO]},
        {"value": {ECHO: ECHO}},
        {"applicant": f"{ECHO}!"},
        {"measure": ECHO},
        {"as_of": ECHO},
        {"as_of": f"2026-06-{ECHO}"},
        {"status": ECHO},
        {"comment": ECHO * 1000},
        {"reference": [ECHO]},
    ):
        answer = await world.call("source", "POST", SUBMISSIONS, ROW | change)
        assert answer.status_code == 422
        assert ECHO not in answer.text, change
        batch = await world.call(
            "source", "POST", f"{SUBMISSIONS}/batch", {"items": [ROW | change]}
        )
        assert ECHO not in batch.text, change
    for member in ("opens_at", "reference_date", "title", "framework", "code"):
        body = {member: f"2026-01-01T{ECHO}!"}
        answer = await world.call("admin", "POST", "/rounds", body)
        assert answer.status_code == 422
        assert ECHO not in answer.text, member
    for name in ("cohort", "run", "wait_for", "wait", "include", "limit", "cursor"):
        answer = await world.call("auditor", "GET", SCORES, **{name: ECHO})
        assert answer.status_code == 422
        assert ECHO not in answer.text, name


async def test_a_parameter_that_no_database_can_be_asked_for_is_refused(world: World) -> None:
    for path in ("/applicants/%00", "/rounds/%00", "/rounds/%00/scores", "/frameworks/a/%00"):
        problem(await world.call("admin", "GET", path), 422, "invalid")
    problem(await world.call("admin", "GET", f"{SUBMISSIONS}?applicant=%00"), 422, "invalid")
    for limit in ("0", "1001", "-1", "1.5", "many", str(10**30)):
        for path in ("/applicants", "/rounds", "/frameworks", SUBMISSIONS, SCORES):
            problem(await world.call("admin", "GET", path, limit=limit), 422, "invalid")


async def test_a_parameter_that_nobody_reads_is_refused(world: World) -> None:
    """A misspelt filter would filter nothing, and of two values one would be passed over."""
    for query, found in (
        ("?cohrt=county", [("/query/cohrt", "extra-forbidden")]),
        ("?limit=1&limit=2", [("/query/limit", "repeated")]),
        ("?a=1&limit=1&b&a=2", [("/query/a", "extra-forbidden"), ("/query/b", "extra-forbidden")]),
        ("?c%C3%BC=%00", [("/query/cü", "extra-forbidden")]),
    ):
        answer = await world.call("auditor", "GET", SCORES + query)
        assert findings(problem(answer, 422, "invalid")) == found
    repeated = await world.call("auditor", "GET", SCORES + "?include=lines&include=lines")
    assert repeated.status_code == 200


async def test_each_number_that_cannot_be_kept_is_pointed_at(world: World) -> None:
    text = """{"draws": 1.5, "more": [12345678901234567, {"a/b": 1e-999}]}"""
    headers = world.headers["auditor"] | {"Content-Type": "application/json"}

    answer = await world.client.post(f"/rounds/{ROUND}/sensitivity", content=text, headers=headers)

    assert findings(problem(answer, 400, "malformed-body")) == [
        (f"/more/{place}", "number-not-exact") for place in ("0", "1/a~1b")
    ]


@pytest.fixture
async def lost(world: World) -> AsyncIterator[World]:
    """Give a world whose gateway has no database."""
    engine = create_async_engine(NOBODY)
    async with gateway(Database("").over(engine)) as client:
        yield World(client, world.headers, world.worker_database)
    await engine.dispose()


async def test_without_a_database_the_service_asks_for_patience(lost: World) -> None:
    with capture_logs():
        for answer in (
            await lost.call("auditor", "GET", SCORES),
            await lost.call("source", "POST", SUBMISSIONS, ROW),
            await lost.call("admin", "POST", "/frameworks", {}),
            await lost.client.get("http://gateway/health/ready"),
        ):
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0


async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer like a PostgreSQL that is starting up."""
    await reader.read(1000)
    said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
    writer.write(b"E" + (len(said) + 4).to_bytes(4, "big") + said)
    await writer.drain()
    writer.close()


async def test_while_the_database_starts_the_service_asks_for_patience(world: World) -> None:
    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        engine = create_async_engine(
            f"postgresql+asyncpg://nobody@127.0.0.1:{port}/none", connect_args={"ssl": False}
        )
        with capture_logs():
            async with gateway(Database("").over(engine)) as client:
                answer = await client.get(SCORES, headers=world.headers["auditor"])
        problem(answer, 503, "unavailable")
        assert "starting" not in answer.text
        await engine.dispose()


EACH_GATEWAY = """
    SELECT {}(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'pilotzone_gateway'
"""


@pytest.mark.parametrize("end", ["pg_terminate_backend", "pg_cancel_backend"])
async def test_a_statement_broken_off_is_answered_and_the_same_can_be_sent_again(
    end: str, world: World, owner: Database
) -> None:
    """Together with its connection, or as `statement_timeout` does it."""
    async with owner.session() as holding:
        round_ = await rounds.get(holding, ROUND)
        await rounds.hold_alone(holding, round_.id)
        sending = asyncio.create_task(world.submit("source", "C1", STATIONS, 5))
        await until_waiting(owner, sending)
        with capture_logs():
            async with owner.session() as session:
                await session.execute(text(EACH_GATEWAY.format(end)))
            problem(await sending, 503, "unavailable")
    assert await stored(world) == []

    again = await world.submit("source", "C1", STATIONS, 5)

    assert (again.status_code, again.json()["result"]) == (201, "created")


async def test_when_no_connection_is_to_be_had_the_service_asks_for_patience(
    world: World, url: str
) -> None:
    engine = create_async_engine(driver_url(url), pool_size=1, max_overflow=0, pool_timeout=0.05)
    async with engine.connect(), gateway(Database("").over(engine)) as client:
        answer = await client.get("/applicants", headers=world.headers["admin"])
        problem(answer, 503, "unavailable")
    await engine.dispose()
