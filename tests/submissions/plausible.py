"""A round whose counts of stations have to be plausible."""

from typing import Any

import httpx

from tests.fixtures.make import APPLICANTS, STATIONS, World, framework

ROUND = "PLAUSIBLE"
PATH = f"/rounds/{ROUND}/submissions"
PLAUSIBLE = {"min": 1, "max": 10_000, "change": 3}


async def open_round(world: World) -> None:
    """Open a round with everybody in it."""
    document = framework("plausible")
    document["measures"][STATIONS]["plausible"] = PLAUSIBLE
    body = {
        "code": ROUND,
        "framework": {"code": "small", "version": "plausible"},
        "title": "Plausible",
        "reference_date": "2026-06-30",
    }
    path = f"/rounds/{ROUND}"
    for method, where, what in (
        ("POST", "/frameworks", document),
        ("POST", "/rounds", body),
        *(("PUT", f"{path}/entries/{code}", None) for code in APPLICANTS),
        ("POST", f"{path}/transitions", {"to": "open"}),
    ):
        answer = await world.call("admin", method, where, what)
        assert answer.is_success, answer.text


async def say(
    world: World, value: float | None, applicant: str = "C1", role: str = "source", **more: Any
) -> httpx.Response:
    """Submit a count of stations."""
    body = {"applicant": applicant, "measure": STATIONS, "value": value, "as_of": "2026-06-01"}
    return await world.call(role, "POST", PATH, body | more)


async def scores(world: World) -> Any:
    """Let a worker run, and return the ranking without what says when it was made."""
    await world.recompute()
    answer = await world.call("auditor", "GET", f"/rounds/{ROUND}/scores", include="lines")
    return answer.json()["items"]


async def listed(world: World, **params: Any) -> list[tuple[float, str | None]]:
    """List what was submitted: values, and why they do not count."""
    answer = await world.call("auditor", "GET", PATH, **params)
    assert answer.status_code == 200, answer.text
    return [(each["value"], each["set_aside"]) for each in answer.json()["items"]]
