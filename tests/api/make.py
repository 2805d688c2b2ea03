"""What tests of the gateway share: problems, pages, keys, further gateways, every type."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from urllib.parse import unquote

import httpx
from sqlalchemy import text

from api.app import create_app
from shared.access import service as keys
from shared.core.principal import Actor
from shared.database.engine import Sessions
from shared.settings import Settings
from shared.submissions.store import NewSubmission
from shared.submissions.values import Reported
from tests.make import MARK, ROUND, STATIONS, World, framework, indicator, name

SUBMISSIONS = f"/rounds/{ROUND}/submissions"
SCORES = f"/rounds/{ROUND}/scores"
RATE, PLAN = "rate", "plan"
TYPES = "TYPES"


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """Require a whole problem document of this status and type; return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"/problems/{kind}"
    assert document["status"] == status
    assert document["instance"] == unquote(answer.request.url.path)
    assert [document["request_id"]] == answer.headers.get_list("x-request-id")
    assert all(isinstance(document[each], str) and document[each] for each in ("title", "detail"))
    return document


def findings(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the pointer and code of each finding of a problem, or of a batch's row."""
    return [(each["pointer"], each["code"]) for each in document["errors"]]


async def pages(world: World, path: str, role: str = "auditor", **params: Any) -> list[list[Any]]:
    """Follow a list's `Link` headers to its end; return the items of each page."""
    answer = await world.call(role, "GET", path, **params)
    found = []
    while True:
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["items"])
        if "next" not in answer.links:
            return found
        url = f"http://gateway{answer.links['next']['url']}"
        answer = await world.client.get(url, headers=world.headers[role])


async def stored(world: World, role: str = "admin", **params: Any) -> list[dict[str, Any]]:
    """Return every submission to the round that *role* may see."""
    found = await pages(world, SUBMISSIONS, role, limit=1000, **params)
    return [item for page in found for item in page]


async def runs(world: World) -> list[dict[str, Any]]:
    """Return the round's runs, newest first."""
    items: list[dict[str, Any]] = (
        await world.call("auditor", "GET", f"/rounds/{ROUND}/runs")
    ).json()["items"]
    return items


async def mark(world: World, **marks: float) -> None:
    """Give each applicant a mark, and recompute: five marks of a hundred earn 0.25 points."""
    for code, value in marks.items():
        assert (await world.submit("expert", code, MARK, value)).status_code == 201
    await world.recompute()


def count(reporter: int, value: float, day: int = 1, comment: str | None = None) -> NewSubmission:
    """Return a count of C1's stations as a statistics system submits it."""
    return NewSubmission(
        applicant="C1",
        measure=STATIONS,
        reporter=reporter,
        kind="source",
        as_of=date(2026, 6, day),
        reported=Reported(number=value),
        reference=None,
        comment=comment,
        request_id="tests",
    )


async def key(owner: Sessions, role: str, reporter: str, **limits: Any) -> dict[str, str]:
    """Make a key for *reporter*; return the header that carries it."""
    async with owner.begin() as session:
        made = await keys.create(session, Actor("tests", "tests"), reporter, role, **limits)
    return {"Authorization": f"Bearer {made}"}


LONG = 30  # seconds after which a test that waits has failed
WAITING = text("""
    SELECT EXISTS (
        SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE datname = current_database() AND NOT granted
    )
""")


async def until_waiting(owner: Sessions, task: asyncio.Future[Any]) -> None:
    """Return once somebody waits for a lock of the test's database, or *task* is done."""
    waiting = False
    async with asyncio.timeout(LONG):
        while not waiting and not task.done():
            async with owner() as session:
                waiting = (await session.scalars(WAITING)).one()


async def soon(event: asyncio.Event) -> None:
    """Wait for *event*, which only a defect keeps from coming."""
    async with asyncio.timeout(LONG):
        await event.wait()


@asynccontextmanager
async def gateway(sessions: Sessions, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run one more gateway in this process, with a memory of its own."""
    transport = httpx.ASGITransport(
        create_app(sessions, Settings(**settings)), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
        yield client


def framework_of_types() -> dict[str, Any]:
    """Return the small framework with a number and a flag in it, so that it has every type."""
    document = framework("types")
    document["points"] = 23
    document["measures"][RATE] = {
        "name": name("rate"),
        "unit": "%",
        "type": "number",
        "reported_by": ["applicant"],
    }
    document["measures"][PLAN] = {
        "name": name("plan"),
        "type": "flag",
        "reported_by": ["applicant"],
    }
    document["dimensions"][1]["categories"][0]["indicators"] += [
        indicator("B-4", 2, {"value": RATE}, {"target": {"floor": 0, "target": 1}}),
        indicator("B-5", 1, {"value": PLAN}, {"grades": {"yes": 1, "no": 0}}),
    ]
    return document


async def open_types(world: World) -> str:
    """Open a round whose framework has a measure of every type; return its submissions' path."""
    await world.call("admin", "POST", "/frameworks", framework_of_types())
    body = {
        "code": TYPES,
        "framework": {"code": "small", "version": "types"},
        "title": "Types",
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    answer = await world.call("admin", "POST", f"/rounds/{TYPES}/transitions", {"to": "open"})
    assert answer.status_code == 200, answer.text
    return f"/rounds/{TYPES}/submissions"
