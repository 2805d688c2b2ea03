"""What was known at a moment about a date; which submissions came when, by whom, into which run."""

from typing import Any

from tests.fixtures.http import SUBMISSIONS, pages
from tests.fixtures.make import STATIONS, World


async def test_what_was_known_then_about_a_date_is_one_request(world: World) -> None:
    """A later correction, and a later date, change nothing of it."""
    await world.submit("source", "C1", STATIONS, 10, "2025-12-31")
    await world.submit("portal", "C1", STATIONS, 12, "2025-12-31")
    await world.submit("source", "C2", STATIONS, 20, "2025-12-31")
    known_at = (await listed(world))[-1]["recorded_at"]
    await world.submit("source", "C1", STATIONS, 11, "2025-12-31")
    await world.submit("source", "C2", STATIONS, 30, "2026-06-01")
    await world.submit("portal", "C1", STATIONS, None, "2025-12-31", status="withdrawn")

    path = f"{SUBMISSIONS}/standing"
    then = await pages(world, path, limit=2, known_at=known_at, valid_at="2025-12-31")
    assert [sorted(map(value, page)) for page in then] == [
        [("C1", "portal", 12), ("C1", "source", 10)],
        [("C2", "source", 20)],
    ]
    now = await pages(world, path)
    assert [value(each) for page in now for each in page] == [
        ("C1", "source", 11),
        ("C2", "source", 30),
    ]
    (one,) = await pages(world, path, reporter="source", applicant="C2", valid_at="2025-12-31")
    assert [value(each) for each in one] == [("C2", "source", 20)]
    assert (await world.call("portal", "GET", path)).status_code == 403


async def test_submissions_are_found_by_time_reporter_and_run(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 1)
    await world.recompute()
    second = await world.submit("source", "C2", STATIONS, 2)
    await world.submit("portal", "C2", STATIONS, 2)
    await world.recompute()
    await world.submit("source", "P1", STATIONS, 3)

    everything = await listed(world)
    assert [(each["applicant"], each["run"]) for each in everything] == [
        ("C1", 1),
        ("C2", 2),
        ("C2", 2),
        ("P1", None),
    ]
    assert everything[1]["request_id"] == second.headers["x-request-id"]
    from_second = everything[1]["recorded_at"]
    assert await listed(world, recorded_from=from_second) == everything[1:]
    assert await listed(world, recorded_until=from_second) == everything[:1]
    assert await listed(world, run=2) == everything[1:3]
    assert await listed(world, run=2, reporter="portal") == everything[2:3]
    told = await listed(world, "portal")
    assert [each["request_id"] is None for each in told] == [True, True, False, True]


def value(each: dict[str, Any]) -> tuple[str, str, Any]:
    """Return what tells values apart."""
    return each["applicant"], each["reporter"], each["value"]


async def listed(world: World, role: str = "auditor", **query: Any) -> list[dict[str, Any]]:
    """Return all submissions that are asked for."""
    return [each for page in await pages(world, SUBMISSIONS, role, **query) for each in page]
