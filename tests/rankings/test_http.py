"""Scores over HTTP: the ranking, one scorecard, its history."""

import asyncio
import json
from decimal import Decimal
from typing import Any

from shared.applicants import service as applicants
from shared.core.principal import Actor
from shared.database import Database
from shared.scoring.framework import Name
from tests.fixtures.http import (
    SCORES,
    findings,
    gateway,
    key,
    mark,
    pages,
    problem,
    runs,
    until_waiting,
)
from tests.fixtures.make import (
    GRADE,
    MARK,
    RESIDENTS,
    ROUND,
    SCENES,
    STATIONS,
    World,
    framework,
    name,
)


async def enter(world: World, *codes: str, round_: str = ROUND) -> None:
    """Register counties and let them take part."""
    for code in codes:
        body = {"code": code, "kind": "county", "name": name(code), "division": None}
        await world.call("portal", "POST", "/applicants", body)
        await world.call("portal", "PUT", f"/rounds/{round_}/entries/{code}")


def column(ranking: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    """Return some members of each item of a ranking."""
    return [tuple(each[name] for name in names) for each in ranking["items"]]


async def test_before_the_first_run_the_ranking_is_empty(world: World) -> None:
    ranking = await world.ranking()
    assert ranking == {
        "round": ROUND,
        "run": 0,
        "state": "recomputing",
        "as_of": None,
        "pinned": False,
        "latest_run": 0,
        "total": 0,
        "next": None,
        "items": [],
    }
    problem(await world.call("auditor", "GET", f"{SCORES}/C1"), 404, "not-found")


async def test_ties_share_a_rank_and_the_next_is_skipped(world: World) -> None:
    await enter(world, "C3", "C4")
    await mark(world, C1=80, C2=90, C3=80, C4=70)

    ranking = await world.ranking(cohort="county")

    assert sorted(column(ranking, "rank", "applicant", "tied")) == [
        (1, "C2", 1),
        (2, "C1", 2),
        (2, "C3", 2),
        (4, "C4", 1),
    ]
    assert column(ranking, "cohort_size", "percentile", "index") == [
        (4, 100, 100),
        (4, 50, 50),
        (4, 50, 50),
        (4, 0, 0),
    ]


async def test_ranks_are_within_a_kind_and_overall(world: World) -> None:
    await mark(world, C1=50, C2=90, P1=70)

    everybody = await world.ranking()
    parks = await world.ranking(cohort="park")

    assert column(everybody, "applicant", "kind", "rank", "overall_rank", "overall_size") == [
        ("C2", "county", 1, 1, 3),
        ("P1", "park", 1, 2, 3),
        ("C1", "county", 2, 3, 3),
    ]
    assert column(parks, "applicant", "rank", "cohort_size") == [("P1", 1, 1)]
    answer = await world.call("auditor", "GET", SCORES, cohort="city")
    assert findings(problem(answer, 422, "invalid")) == [("/query/cohort", "literal-error")]


async def test_missing_never_outranks_a_value(world: World) -> None:
    """Zero is a value: with it C2 stands beside who reported nothing, never behind."""
    await mark(world, C2=0)
    ranking = await world.ranking(cohort="county")
    assert sorted(column(ranking, "applicant", "rank", "coverage")) == [
        ("C1", 1, 0),
        ("C2", 1, 0.25),
    ]


async def test_who_lacks_what_blocks_stands_last_without_a_rank(world: World) -> None:
    document = framework("block")
    document["dimensions"][0]["categories"][0]["indicators"][0]["missing"] = "block"
    await world.call("admin", "POST", "/frameworks", document)
    body = {
        "code": "BLOCK",
        "framework": {"code": "small", "version": "block"},
        "title": "Block",
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    await enter(world, "B1", "B2", round_="BLOCK")
    await world.call("admin", "POST", "/rounds/BLOCK/transitions", {"to": "open"})
    for role, applicant, measure, value in (
        ("expert", "B1", MARK, 100),
        ("source", "B2", STATIONS, 0),
    ):
        row = {"applicant": applicant, "measure": measure, "value": value, "as_of": "2026-06-01"}
        await world.call(role, "POST", "/rounds/BLOCK/submissions", row)
    await world.recompute()

    ranking = (await world.call("auditor", "GET", "/rounds/BLOCK/scores")).json()

    assert column(ranking, "applicant", "total", "rank", "overall_rank", "percentile") == [
        ("B2", 0, 1, 1, 100),
        ("B1", 5, None, None, None),
    ]
    assert [each["blocked_by"] for each in ranking["items"]] == [[], ["A-1"]]
    (only,) = (await pages(world, "/rounds/BLOCK/scores/B1/history"))[0]
    assert not only["ranked"]


async def test_lines_come_only_if_asked_for(world: World) -> None:
    await mark(world, C1=50)

    without = await world.ranking()
    with_lines = await world.ranking(include=["lines", "names"])

    assert all("lines" not in each for each in without["items"])
    assert all("name" not in each for each in without["items"][0]["dimensions"])
    card = (await world.call("auditor", "GET", f"{SCORES}/C1")).json()
    (own,) = [each for each in with_lines["items"] if each["applicant"] == "C1"]
    assert {member: card[member] for member in own} == own
    assert own["lines"][0]["name"] == name("A-1")
    answer = await world.call("auditor", "GET", SCORES, include="secrets")
    problem(answer, 422, "invalid")


async def test_an_earlier_run_is_shown_as_it_was(world: World) -> None:
    await mark(world, C1=50)
    before, card = await world.ranking(), await world.card("C1")
    await mark(world, C1=60, C2=70)

    named = {"pinned": True, "latest_run": 2}
    assert await world.ranking(run=1) == before | named
    assert await world.card("C1", run=1) == card
    assert (await world.ranking(run=2)) == await world.ranking() | named


async def test_a_run_that_never_was_has_no_scores(world: World) -> None:
    await mark(world, C1=50)
    for path in (SCORES, f"{SCORES}/C1"):
        problem(await world.call("auditor", "GET", path, run=2), 404, "not-found")
        for run in (0, -1, 10**30, "first"):
            problem(await world.call("auditor", "GET", path, run=run), 422, "invalid")


async def test_lines_add_up_to_the_total_exactly(world: World) -> None:
    """In decimals as sent, whatever thirds and sevenths the shares are."""
    counts = {"C1": 7, "C2": 3, "P1": 11}
    for at, (code, stations) in enumerate(counts.items(), 1):
        await world.submit("source", code, STATIONS, stations)
        await world.submit("source", code, RESIDENTS, 70001 * at)
        await world.submit("expert", code, MARK, 33.3333 * at)
        await world.submit("portal", code, SCENES, ["S1", "S2", "S3"][:at])
    await world.submit("portal", "C1", GRADE, "B")
    await world.recompute()

    answer = await world.call("auditor", "GET", SCORES, include="lines")
    ranking = json.loads(answer.text, parse_float=Decimal)

    assert len(ranking["items"]) == 3
    for score in ranking["items"]:
        assert score["total"] == sum(line["points"] for line in score["lines"])
        assert score["total"] == sum(each["points"] for each in score["dimensions"])
        assert score["full"] == sum(line["full"] for line in score["lines"]) == 20
        assert score["total"] % 1 != 0


async def test_a_scorecard_says_where_each_line_comes_from(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 100)
    await world.submit("portal", "C1", STATIONS, 120)
    await world.recompute()

    card = await world.card("C1")

    assert card["lines"]["A-1"] == {
        "indicator": "A-1",
        "name": name("A-1"),
        "value": 100,
        "share": 1,
        "points": 6,
        "full": 6,
        "missing": False,
        "flags": ["discrepancy"],
    }
    assert card["lines"]["B-2"]["flags"] == ["missing"]
    assert (card["round"], card["run"], card["state"]) == (ROUND, 1, "current")
    assert (
        card["as_of"] == (await world.ranking())["as_of"] == (await runs(world))[0]["recorded_at"]
    )
    assert [(each["code"], each["points"], each["full"]) for each in card["dimensions"]] == [
        ("A", 6, 10),
        ("B", 0, 10),
    ]


async def test_marks_of_several_experts_are_combined(world: World, owner: Database) -> None:
    second = await key(owner, "expert", "second expert")
    await world.submit("expert", "C1", MARK, 60)
    world.headers["expert"] = second
    await mark(world, C1=80)
    assert (await world.card("C1"))["lines"]["B-1"]["value"] == 70


async def names(world: World, **params: Any) -> dict[str, str]:
    """Return the names that the ranking shows."""
    return {
        each["applicant"]: each["name"]["en"] for each in (await world.ranking(**params))["items"]
    }


async def test_a_new_name_shows_at_once_in_every_gateway(world: World, database: Database) -> None:
    await mark(world, C1=50)
    async with gateway(database) as other:
        elsewhere = World(other, world.headers, world.worker_database)
        for each in (world, elsewhere):
            assert (await names(each))["C1"] == "C1"

        await world.call("portal", "PATCH", "/applicants/C1", {"name": name("New")})

        for each in (world, elsewhere):
            assert (await names(each))["C1"] == "New"
            assert (await each.card("C1"))["name"] == name("New")


async def test_a_name_that_was_changed_first_and_committed_last_shows_too(
    world: World, database: Database, owner: Database
) -> None:
    await mark(world, C1=50)

    async def rename(code: str) -> None:
        await world.call("portal", "PATCH", f"/applicants/{code}", {"name": name("New")})

    async with database.session() as session:
        actor = Actor("slow", "slow")
        renamed = {"name": Name("New", "New")}
        await applicants.change(session, actor, "C1", renamed, lambda _: None)
        quick = asyncio.create_task(rename("C2"))
        await until_waiting(owner, quick)
        await names(world)
    await quick

    assert await names(world) == {"C1": "New", "C2": "New", "P1": "P1"}
