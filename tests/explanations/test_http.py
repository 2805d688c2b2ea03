"""The explanation of a score over HTTP: for a script, and for a person in two languages."""

import json
from typing import Any

import pytest

from api.http.negotiation import language, media_type
from shared.database import Database
from shared.explanations.text import COLUMNS
from shared.explanations.width import width
from tests.fixtures.http import SCORES, key, mark, problem
from tests.fixtures.make import GRADE, MARK, RESIDENTS, SCENES, STATIONS, World
from tests.independent.test_recompute import recompute

PATH = f"{SCORES}/C1/explanation"


async def told(world: World) -> None:
    """Let both counties be reported on, one of them twice, and run after each."""
    for code, stations in (("C1", 600), ("C2", 800)):
        await world.submit("source", code, STATIONS, stations, reference="公报, p. 3")
        await world.submit("source", code, RESIDENTS, 500_000)
    await world.submit("portal", "C1", STATIONS, 700, comment="own count")
    await world.submit("portal", "C1", GRADE, "B")
    await world.submit("portal", "C1", SCENES, ["S1", "S3"])
    await world.recompute()
    await world.submit("source", "C1", STATIONS, 640)
    await mark(world, C1=80, C2=50)


async def explained(world: World, role: str = "auditor", **params: Any) -> dict[str, Any]:
    """Return the explanation, its measures and lines by code."""
    answer = await world.call(role, "GET", PATH, **params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document | {
        "measures": {each["measure"]: each for each in document["measures"]},
        "lines": {each["indicator"]: each for each in document["lines"]},
    }


async def test_an_explanation_agrees_with_the_scorecard(world: World) -> None:
    await told(world)

    found, card = await explained(world), await world.card("C1")

    for same in ("run", "as_of", "total", "full", "coverage", "rank", "tied", "cohort_size"):
        assert found[same] == card[same]
    for code, line in card["lines"].items():
        assert {name: found["lines"][code][name] for name in line} == line
    assert recompute((await world.call("auditor", "GET", PATH)).json()).returncode == 0


async def test_each_submission_has_a_reason(world: World) -> None:
    await told(world)

    stations = (await explained(world))["measures"][STATIONS]

    assert stations["value"] == 640
    assert stations["flags"] == ["discrepancy"]
    assert stations["rule"] == {
        "kind": "authority",
        "order": ["source", "applicant"],
        "tolerance": 0.05,
    }
    first, own, second = stations["submissions"]
    told_of = [(each["value"], each["verdict"], each["by"]) for each in (first, own, second)]
    assert told_of == [
        (600, "superseded", second["id"]),
        (700, "outranked", second["id"]),
        (640, "counts", None),
    ]
    assert (first["run"], second["run"]) == (1, 2)
    assert (first["reference"], own["comment"]) == ("公报, p. 3", "own count")
    assert f"#{second['id']}" in first["reason"]["zh"]


async def test_an_older_run_is_explained_by_what_it_knew(world: World) -> None:
    """What came later has no part in it, neither as a submission nor in the cohort's scale."""
    await told(world)
    before = await explained(world, run=1)
    await world.submit("source", "C2", STATIONS, 2_000)
    await world.recompute()

    assert await explained(world, run=1) == before
    assert [each["value"] for each in before["measures"][STATIONS]["submissions"]] == [600, 700]
    assert before["lines"]["A-1"]["normalisation"]["cohort"] == {"n": 2, "best": 800}
    assert (await explained(world))["lines"]["A-1"]["normalisation"]["cohort"]["best"] == 2_000


async def test_a_score_that_did_not_change_is_explained_by_the_run_that_was_asked_for(
    world: World,
) -> None:
    """C2's stations leave C1's share as it was written; the parameters are those of that run."""
    await told(world)
    await world.submit("source", "P1", STATIONS, 9)
    await world.recompute()

    third = await explained(world)

    assert third["run"] == 3
    assert third["lines"] == (await explained(world, run=2))["lines"]


async def test_distances_lead_to_the_neighbouring_ranks(world: World) -> None:
    await told(world)
    found = await explained(world)
    other = await world.card("C2")

    assert found["below"] is None
    assert found["above"] == {
        "rank": 1,
        "tied": 1,
        "applicants": ["C2"],
        "total": other["total"],
        "distance": round(other["total"] - found["total"], 4),
        "ahead_in": [
            {"indicator": code, "points": found["lines"][code]["points"], "theirs": theirs}
            for code, theirs in (("A-2", 4), ("A-1", 6))
        ],
    }


async def test_an_expert_is_not_told_where_an_applicant_stands_among_those_it_has_yet_to_mark(
    world: World,
) -> None:
    """The steps of a neighbour's total, run by run, gave a colleague's hidden marks."""
    await told(world)
    document = await explained(world, "expert")
    places = ("rank", "tied", "cohort_size", "above", "below")
    assert {name: document[name] for name in places} == dict.fromkeys(places)

    plain = world.headers["expert"] | {"Accept": "text/plain", "Accept-Language": "en"}
    text = (await world.client.get(PATH, headers=plain)).text
    assert "the place is shown once all of your marks stand" in text


async def test_one_more_and_what_is_missing_are_said(world: World) -> None:
    await told(world)
    lines = (await explained(world))["lines"]

    assert lines["A-1"]["one_more"] == {
        "value": 641,
        "share": 641 / 800,
        "points": 4.8075,
        "gain": 0.0075,
    }
    assert lines["B-2"]["one_more"] is None
    answer = await world.call("auditor", "GET", f"{SCORES}/C2/explanation")
    grade = next(each for each in answer.json()["lines"] if each["indicator"] == "B-2")
    assert (grade["missing_measures"], grade["costs_at_most"]) == ([GRADE], 2)


async def test_what_has_no_score_has_no_explanation(world: World) -> None:
    problem(await world.call("auditor", "GET", PATH), 404, "not-found")
    await told(world)
    problem(await world.call("auditor", "GET", PATH, run=99), 404, "not-found")
    answer = await world.call("auditor", "GET", f"{SCORES}/C9/explanation")
    problem(answer, 404, "not-found")


async def test_experts_have_names_for_administrators_and_auditors_alone(world: World) -> None:
    await told(world)

    async def who(role: str) -> str:
        (only,) = (await explained(world, role))["measures"][MARK]["submissions"]
        name: str = only["reporter"]
        return name

    assert [await who(role) for role in ("admin", "auditor", "expert")] == ["expert"] * 3
    assert (await who("portal")).startswith("expert-")
    assert await who("portal") == await who("source")


async def test_an_expert_reads_it_once_it_marked_the_applicant(
    world: World, owner: Database
) -> None:
    await told(world)
    blind = await key(owner, "expert", "another expert")

    answer = await world.client.get(PATH, headers=blind)

    problem(answer, 409, "marks-outstanding")


async def test_a_key_reads_why_of_the_applicants_that_it_reaches(
    world: World, owner: Database
) -> None:
    """The score is open to every key; what was submitted, mark by mark, is not."""
    await told(world)
    limited = await key(owner, "portal", "another county's", applicants=["C2"])

    problem(await world.client.get(PATH, headers=limited), 403, "forbidden")


async def test_of_measures_that_a_key_does_not_reach_it_learns_the_value_alone(
    world: World, owner: Database
) -> None:
    await told(world)
    limited = await key(owner, "source", "limited", measures=[MARK])

    document = (await world.client.get(PATH, headers=limited)).json()

    said = {each["measure"]: each for each in document["measures"]}
    assert said[MARK]["submissions"]
    assert not said[MARK]["withheld"]
    others = [each for code, each in said.items() if code != MARK]
    assert [(each["withheld"], each["submissions"]) for each in others] == [(True, [])] * len(
        others
    )
    assert said[STATIONS]["value"] == 640
    assert recompute(document).returncode == 0


@pytest.mark.parametrize(("asked", "word"), [("zh-CN,en;q=0.5", "总分"), ("en", "total ")])
async def test_a_person_reads_sentences_that_fit_a_terminal(
    world: World, asked: str, word: str
) -> None:
    await told(world)
    accept = world.headers["auditor"] | {"Accept-Language": asked}

    answer = await world.client.get(f"{PATH}/text", headers=accept)

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-language"] == asked[:2]
    assert answer.headers["vary"].startswith("Accept-Language, Authorization")
    assert word in answer.text
    other = "en" if asked.startswith("zh") else "zh"
    named = await world.client.get(f"{PATH}/text", params={"language": other}, headers=accept)
    assert named.headers["content-language"] == other
    assert word not in named.text
    assert all(width(line) <= COLUMNS for line in answer.text.splitlines())
    headings = [line for line in answer.text.splitlines() if line.startswith(("A ", "  A-1"))]
    assert [width(line) for line in headings] == [COLUMNS, COLUMNS]


async def test_whatever_cannot_be_had_is_json(world: World) -> None:
    await told(world)
    headers = world.headers["auditor"] | {"Accept": "image/png"}
    answer = await world.client.get(PATH, headers=headers)
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text)["applicant"] == "C1"


JSON, PLAIN = "application/json", "text/plain"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("text/plain", PLAIN),
        ("TEXT/Plain; charset=utf-8", PLAIN),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/*, */*;q=0.1", PLAIN),
        ("application/json;q=0.4, text/plain;q=0.5", PLAIN),
        ("application/json;q=0, */*", PLAIN),
        ("text/plain;q=0, text/*;q=0.9, application/json;q=0.1", JSON),
        ("text/plain;q=nonsense, application/json;q=0.1", JSON),
        ("image/png", JSON),
        ("text/plain;q=0.001, application/json;q=0", PLAIN),
    ],
)
def test_the_media_type_of_the_greatest_weight_is_sent(header: str | None, expected: str) -> None:
    assert media_type(header, (JSON, PLAIN)) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("*", "en"),
        ("zh", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("zh,en", "zh"),
        ("en,zh", "en"),
        ("en;q=0.2, zh;q=0.3", "zh"),
        ("zh;q=0", "en"),
        ("en;q=0, *;q=0.1", "zh"),
        ("fr, de;q=0.5", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("zh;q=2", "en"),
    ],
)
def test_the_language_of_the_greatest_weight_is_spoken(header: str | None, expected: str) -> None:
    assert language(header, ("zh", "en"), "en") == expected
