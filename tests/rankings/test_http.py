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


async def test_pages_follow_each_other_within_one_run(world: World) -> None:
    """A run that turns the order round lands in between: nobody is shown twice or not at all."""
    await enter(world, "C3", "C4")
    await mark(world, C1=90, C2=80, C3=70, C4=60)
    answer = await world.call("auditor", "GET", SCORES, cohort="county", limit=2, include="lines")
    seen = column(answer.json(), "applicant", "rank")

    await mark(world, C1=10, C2=20, C3=30, C4=95)
    first = answer.json()
    assert [first[name] for name in ("run", "pinned", "latest_run", "total")] == [1, False, 1, 4]
    while "next" in answer.links:
        assert answer.json()["next"] == answer.links["next"]["url"]
        url = f"http://gateway{answer.json()['next']}"
        answer = await world.client.get(url, headers=world.headers["auditor"])
        page = answer.json()
        assert [page[name] for name in ("run", "pinned", "latest_run", "total")] == [1, True, 2, 4]
        assert all("lines" in each for each in page["items"])
        seen += column(page, "applicant", "rank")

    assert seen == [("C1", 1), ("C2", 2), ("C3", 3), ("C4", 4)]
    assert page["next"] is None
    for back in ("prev", "first"):
        url = f"http://gateway{answer.links[back]['url']}"
        again = (await world.client.get(url, headers=world.headers["auditor"])).json()
        assert (again["items"], again["latest_run"]) == (first["items"], 2)
    newest = await world.ranking(cohort="county")
    assert column(newest, "applicant") == [("C4",), ("C3",), ("C2",), ("C1",)]


NAMED = {"C1": ("金州区", "Jinzhou District"), "C2": ("旅顺口区", "Ｌüshunkou DISTRICT")}


async def test_a_ranking_is_searched_and_sorted_without_other_places(world: World) -> None:
    """Ranks are those of the whole cohort, whoever is shown; pages follow in the same order."""
    for code, (zh, en) in NAMED.items():
        change = {"name": {"zh": zh, "en": en}, "division": "210200"}
        await world.call("portal", "PATCH", f"/applicants/{code}", change)
    await mark(world, C1=50, C2=90, P1=70)

    async def found(**params: Any) -> list[str]:
        shown = await pages(world, SCORES, limit=1, **params)
        assert (await world.ranking(limit=1, **params))["total"] == sum(map(len, shown))
        return [item["applicant"] for page in shown for item in page]

    assert await found(q="顺口") == await found(q=" lüSHUN ") == ["C2"]
    assert await found(q="district", sort="-rank") == ["C1", "C2"]
    assert await found(q="p1") == ["P1"]
    assert await found(q="%") == []
    assert await found(division="2102") == ["C2", "C1"]
    assert await found(division="21021") == await found(division="2102", cohort="park") == []
    assert await found(division="P1") == []
    assert await found(division="C1") == ["C1"]
    assert await found(sort="name") == ["C1", "C2", "P1"]
    assert await found(sort="-code", cohort="county") == ["C2", "C1"]
    (only,) = (await world.ranking(q="jinzhou"))["items"]
    assert (only["rank"], only["overall_rank"], only["cohort_size"]) == (2, 3, 2)
    for name_, value in (("q", " "), ("q", "\0"), ("division", "%"), ("sort", "points")):
        answer = await world.call("auditor", "GET", SCORES, **{name_: value})
        assert findings(problem(answer, 422, "invalid"))[0][0] == f"/query/{name_}"


async def test_of_an_item_only_the_members_are_sent_that_are_asked_for(world: World) -> None:
    await mark(world, C1=50)
    whole = await world.ranking(include="lines")
    fields = {"fields": "rank,applicant,lines"}

    page = (await world.call("auditor", "GET", SCORES, **fields, limit=1)).json()
    card = await world.call("auditor", "GET", f"{SCORES}/C1", fields="rank,applicant")
    runs_ = (await world.call("auditor", "GET", f"/rounds/{ROUND}/runs", fields="run")).json()

    expected = {name: whole["items"][0][name] for name in ("applicant", "rank", "lines")}
    assert page["items"] == [expected]
    assert "fields=applicant%2Crank%2Clines" in page["next"]
    head = {name: whole[name] for name in ("round", "run", "state", "as_of")}
    assert card.json() == {name: expected[name] for name in ("applicant", "rank")} | head
    assert runs_ == {"items": [{"run": 1}], "next": None}
    for path in (SCORES, f"{SCORES}/C1", "/applicants", f"/rounds/{ROUND}/entries"):
        answer = await world.call("auditor", "GET", path, fields="kind,secret")
        assert findings(problem(answer, 422, "invalid")) == [("/query/fields", "unknown-field")]


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


async def test_a_new_name_shows_at_once_in_every_gateway_and_run(
    world: World, database: Database
) -> None:
    await mark(world, C1=50)
    async with gateway(database) as other:
        elsewhere = World(other, world.headers, world.worker_database)
        for each in (world, elsewhere):
            assert (await names(each))["C1"] == "C1"

        await world.call("portal", "PATCH", "/applicants/C1", {"name": name("New")})

        for each in (world, elsewhere):
            assert (await names(each))["C1"] == (await names(each, run=1))["C1"] == "New"
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
