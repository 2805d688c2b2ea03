"""What kinds of reporters state differently, over HTTP; which that are is in test_store.py."""

import json
from typing import Any

import pytest

from api.http.paging import encode
from shared.database import Database
from tests.fixtures.http import PLAN, RATE, TYPES, findings, framework_of_types, key, pages, problem
from tests.fixtures.make import GRADE, ROUND, SCENES, STATIONS, World

DISCREPANCIES = f"/rounds/{ROUND}/discrepancies"


async def compare(world: World, own: float, other: float, applicant: str = "C1") -> list[int]:
    """Let source and applicant state a number of stations; return the submissions' ids."""
    answers = [
        await world.submit("source", applicant, STATIONS, own),
        await world.submit("portal", applicant, STATIONS, other, as_of="2026-05-31"),
    ]
    return [answer.json()["id"] for answer in answers]


async def listed(world: World, role: str = "auditor", **params: Any) -> list[dict[str, Any]]:
    """Return one page."""
    answer = await world.call(role, "GET", DISCREPANCIES, **params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_both_values_are_shown_with_what_lies_between_them(world: World) -> None:
    source, applicant = await compare(world, 618, 655)

    assert await listed(world) == [
        {
            "applicant": "C1",
            "measure": STATIONS,
            "unit": "station",
            "unit_name": {"zh": "座", "en": "station"},
            "counted": {"kind": "source", "value": 618, "as_of": "2026-06-01", "id": source},
            "other": {"kind": "applicant", "value": 655, "as_of": "2026-05-31", "id": applicant},
            "difference": 37,
            "relative_difference": 37 / 618,
            "tolerance": 0.05,
            "beyond": True,
        }
    ]


async def test_what_is_listed_is_what_the_scorecard_flags(world: World) -> None:
    await compare(world, 618, 655, "C1")
    await compare(world, 618, 640, "C2")
    await world.recompute()

    flagged = [
        code
        for code in ("C1", "C2")
        if "discrepancy" in (await world.card(code))["lines"]["A-1"]["flags"]
    ]
    assert [each["applicant"] for each in await listed(world)] == flagged == ["C1"]


async def test_a_correction_is_seen_before_a_run_has_taken_it_in(world: World) -> None:
    await compare(world, 618, 655)
    await world.recompute()
    await world.submit("portal", "C1", STATIONS, 618, as_of="2026-05-31")

    assert (await world.ranking())["state"] == "recomputing"
    assert await listed(world) == []


async def test_a_run_shows_for_ever_what_it_took_in_of_who_took_part(world: World) -> None:
    await compare(world, 618, 655, "C1")
    await compare(world, 618, 700, "C2")
    await world.recompute()
    then = await listed(world)
    await world.submit("portal", "C1", STATIONS, 618, as_of="2026-05-31")
    await compare(world, 7, 9, "P1")
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"})

    for _ in range(2):
        assert [each["applicant"] for each in await listed(world)] == ["P1"]
        assert await listed(world, run=1) == then != []
        assert [each["applicant"] for each in then] == ["C2", "C1"]
        await world.recompute()
    paged = await pages(world, DISCREPANCIES, limit=1, run=1)
    assert [item for page in paged for item in page] == then
    export = f"/rounds/{ROUND}/export/discrepancies"
    exported = await world.call("auditor", "GET", export, format="jsonl", run=1)
    assert [json.loads(line) for line in exported.text.splitlines()] == then[::-1]


async def test_everything_stated_twice_is_listed_when_asked_for(world: World) -> None:
    """Beyond its tolerance or not, agreeing or not; the furthest apart first."""
    await compare(world, 100, 100, "C1")
    await compare(world, 100, 104, "C2")
    await compare(world, 0, 1, "P1")

    found = await listed(world, beyond="false")

    assert [(each["applicant"], each["relative_difference"]) for each in found] == [
        ("P1", None),
        ("C2", 0.04),
        ("C1", 0),
    ]
    assert [each["beyond"] for each in found] == [True, False, False]
    assert await listed(world) == found[:1]


async def test_pages_follow_each_other(world: World) -> None:
    await compare(world, 0, 1, "P1")
    await compare(world, 100, 300, "C1")
    await compare(world, 100, 100, "C2")

    cut = await pages(world, DISCREPANCIES, limit=1, beyond="false")

    assert [[each["applicant"] for each in page] for page in cut] == [["P1"], ["C1"], ["C2"]]


async def test_one_applicant_or_one_measure_may_be_asked_for(world: World) -> None:
    await compare(world, 100, 300, "C1")
    await compare(world, 100, 200, "C2")

    assert [each["applicant"] for each in await listed(world, applicant="C2")] == ["C2"]
    assert len(await listed(world, measure=STATIONS)) == 2
    for nothing in ({"measure": SCENES}, {"measure": "none"}, {"applicant": "none"}):
        assert await listed(world, **nothing) == []


async def test_a_key_sees_what_it_reaches(world: World, owner: Database) -> None:
    await compare(world, 100, 300, "C1")
    await compare(world, 100, 200, "C2")
    world.headers["portal"] = await key(owner, "portal", "limited", applicants=["C2", "C9"])
    world.headers["source"] = await key(owner, "source", "grades", measures=[GRADE])

    assert [each["applicant"] for each in await listed(world, "portal")] == ["C2"]
    assert await listed(world, "portal", applicant="C1") == []
    assert await listed(world, "source") == []
    for role in ("admin", "auditor"):
        assert len(await listed(world, role)) == 2
    problem(await world.call("expert", "GET", DISCREPANCIES), 403, "forbidden")


async def test_a_value_is_shown_as_it_was_reported(world: World) -> None:
    """Of what is no quantity there is no difference to state, but of codes how many differ."""
    document = framework_of_types()
    for code in (GRADE, PLAN, SCENES, RATE):
        document["measures"][code] |= {"reported_by": ["source", "applicant"], "tolerance": 0.1}
    await world.call("admin", "POST", "/frameworks", document | {"version": "several"})
    body = {
        "code": TYPES,
        "framework": {"code": "small", "version": "several"},
        "title": "Types",
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    await world.call("portal", "PUT", f"/rounds/{TYPES}/entries/C1")
    await world.call("admin", "POST", f"/rounds/{TYPES}/transitions", {"to": "open"})
    stated: dict[str, tuple[Any, ...]] = {
        GRADE: ("A", "B", None, None),
        PLAN: (True, False, None, None),
        SCENES: (["S1", "S2"], ["S2", "S3"], 2, 1),
        RATE: (-0.3, 0.1, 0.4, pytest.approx(4 / 3)),
    }
    for measure, (own, other, _, _) in stated.items():
        for role, value in (("source", own), ("portal", other)):
            body = {"applicant": "C1", "measure": measure, "value": value, "as_of": "2026-06-01"}
            answer = await world.call(role, "POST", f"/rounds/{TYPES}/submissions", body)
            assert answer.status_code == 201, answer.text

    answer = await world.call("auditor", "GET", f"/rounds/{TYPES}/discrepancies")

    found = {
        each["measure"]: (
            each["counted"]["value"],
            each["other"]["value"],
            each["difference"],
            each["relative_difference"],
        )
        for each in answer.json()["items"]
    }
    assert found == stated


async def test_a_forged_cursor_is_refused(world: World) -> None:
    path = f"/v1{DISCREPANCIES}"
    for cursor in ("x", encode(path, "x", "C1", STATIONS, 1), encode(path, 1, 2, 3, 4)):
        answer = await world.call("auditor", "GET", DISCREPANCIES, cursor=cursor)
        assert findings(problem(answer, 422, "invalid")) == [("/query/cursor", "unknown-cursor")]


async def test_a_cursor_may_name_any_weight(world: World) -> None:
    """It is a client's to forge, and ours to survive."""
    await compare(world, 100, 300)
    for weight in ("nan", "-inf"):
        cursor = encode(f"/v1{DISCREPANCIES}", weight, "C1", "s", 1)
        answer = await world.call("auditor", "GET", DISCREPANCIES, cursor=cursor)
        assert answer.status_code == 200


async def test_an_unknown_round_has_no_discrepancies(world: World) -> None:
    answer = await world.call("auditor", "GET", "/rounds/R1999/discrepancies")

    problem(answer, 404, "not-found")
