"""Checklists over HTTP: what is there, what lacks, what it costs, and for whom."""

from typing import Any

import pytest

from shared.database import Database
from tests.fixtures.http import key, problem
from tests.fixtures.make import (
    GRADE,
    MARK,
    RESIDENTS,
    ROUND,
    SCENES,
    STATIONS,
    World,
    framework,
)
from tests.panels.experts import TEAM, Panel, open_panel


async def read(
    world: World, applicant: str = "C1", role: str = "auditor", code: str = ROUND, **params: Any
) -> dict[str, Any]:
    """Return a checklist, its items by measure."""
    path = f"/rounds/{code}/entries/{applicant}/checklist"
    answer = await world.call(role, "GET", path, **params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found | {"items": {each["measure"]: each for each in found["items"]}}


def of(found: dict[str, Any], member: str) -> dict[str, Any]:
    """Return one member of each item."""
    return {code: each[member] for code, each in found["items"].items()}


async def test_who_reported_nothing_lacks_everything(world: World) -> None:
    found = await read(world)

    assert list(found["items"]) == [STATIONS, RESIDENTS, MARK, GRADE, SCENES]
    assert set(of(found, "reported").values()) == {False}
    assert of(found, "reported_by")[STATIONS] == ["source", "applicant"]
    assert of(found, "indicators")[STATIONS] == ["A-1", "A-2"]
    assert of(found, "points_at_stake") == {
        STATIONS: 10,
        RESIDENTS: 4,
        MARK: 5,
        GRADE: 2,
        SCENES: 3,
    }
    assert found["summary"] == {
        "measures": 5,
        "reported": 0,
        "points_at_stake": 20,
        "full": 20,
        "blocked_by": [],
    }


async def test_what_is_reported_stands_there_at_once_with_its_date(world: World) -> None:
    """No run is waited for."""
    await world.submit("source", "C1", STATIONS, 618)
    await world.submit("portal", "C1", STATIONS, 655, "2026-06-02")
    await world.submit("portal", "C1", SCENES, ["S1", "S3"])
    await world.submit("portal", "C1", GRADE, "B")

    found = await read(world)

    assert of(found, "value") == {
        STATIONS: 618,
        RESIDENTS: None,
        MARK: None,
        GRADE: "B",
        SCENES: ["S1", "S3"],
    }
    assert found["items"][STATIONS]["as_of"] == "2026-06-01"
    assert of(found, "problems")[STATIONS] == ["discrepancy"]
    assert of(found, "points_at_stake") == {STATIONS: 0, RESIDENTS: 4, MARK: 5, GRADE: 0, SCENES: 0}
    assert found["summary"]["points_at_stake"] == 9
    assert found["summary"]["reported"] == 3


async def test_an_indicator_that_lacks_two_measures_is_lost_once(world: World) -> None:
    """A-2 is a ratio of stations to residents."""
    for measure, value in ((GRADE, "A"), (SCENES, ["S1"])):
        await world.submit("portal", "C1", measure, value)
    await world.submit("expert", "C1", MARK, 60)

    found = await read(world)

    assert of(found, "points_at_stake")[STATIONS] == 6 + 4
    assert of(found, "points_at_stake")[RESIDENTS] == 4
    assert found["summary"]["points_at_stake"] == 10


async def test_what_is_lost_is_what_the_scorecard_calls_missing(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 618)
    await world.submit("source", "C1", STATIONS, None, status="withdrawn")
    await world.submit("expert", "C1", MARK, 60)
    await world.recompute()

    lines = (await world.card("C1"))["lines"].values()

    missing = sum(line["full"] for line in lines if line["missing"])
    assert (await read(world))["summary"]["points_at_stake"] == missing == 15


async def test_a_held_number_is_a_problem_until_it_is_confirmed(world: World) -> None:
    document = framework("held")
    document["measures"][STATIONS]["plausible"] = {"max": 1000}
    await world.call("admin", "POST", "/frameworks", document)
    body = {
        "code": "HELD",
        "framework": {"code": "small", "version": "held"},
        "title": "Held",
        "reference_date": "2026-06-30",
        "closes_at": "2026-09-30T16:00:00Z",
    }
    await world.call("admin", "POST", "/rounds", body)
    await world.call("portal", "PUT", "/rounds/HELD/entries/C1")
    await world.call("admin", "POST", "/rounds/HELD/transitions", {"to": "open"})
    said = {"applicant": "C1", "measure": STATIONS, "value": 5000, "as_of": "2026-06-01"}
    await world.call("source", "POST", "/rounds/HELD/submissions", said)

    before = await read(world, code="HELD", measure=STATIONS)
    await world.call("source", "POST", "/rounds/HELD/submissions", said | {"confirm": True})
    after = await read(world, code="HELD", measure=STATIONS)

    assert list(before["items"]) == [STATIONS]
    assert before["items"][STATIONS]["due"] == "2026-09-30T16:00:00Z"
    assert of(before, "problems")[STATIONS] == ["held"]
    assert of(before, "points_at_stake")[STATIONS] == 10
    assert before["summary"]["measures"] == 5
    assert of(after, "problems")[STATIONS] == []
    assert of(after, "value")[STATIONS] == 5000


async def test_who_takes_no_part_has_no_checklist(world: World) -> None:
    for path in (f"/rounds/{ROUND}/entries/C9/checklist", "/rounds/R1/entries/C1/checklist"):
        problem(await world.call("auditor", "GET", path), 404, "not-found")


async def test_a_key_reads_within_its_reach(world: World, owner: Database) -> None:
    world.headers["portal"] = await key(owner, "portal", "narrow", applicants=["C1"])
    assert await read(world, role="portal") == await read(world)
    path = f"/rounds/{ROUND}/entries/{{}}/checklist"
    for code in ("C2", "C9"):
        problem(await world.call("portal", "GET", path.format(code)), 403, "forbidden")


@pytest.fixture
async def panel(world: World, owner: Database) -> Panel:
    """Give a round in which anna and boris marked C1, further apart than is tolerated."""
    panel = await open_panel(world, owner)
    for expert, mark in (("anna", 50), ("boris", 70)):
        await panel.mark(expert, "C1", mark)
        await panel.mark(expert, "C1", mark, TEAM)
    await panel.mark("boris", "C2", 70)
    return panel


async def test_what_marks_come_to_is_for_administrators_until_the_round_closes(
    panel: Panel,
) -> None:
    """Others see whether there are enough."""
    for role in ("admin", "auditor", "portal", "source", "anna"):
        told = {
            name: of(await read(panel.world, "C1", role, panel.code), name)[MARK]
            for name in ("value", "as_of", "problems", "reported")
        }
        if role in {"admin", "auditor"}:
            assert told == {
                "value": 60,
                "as_of": "2026-06-01",
                "problems": ["spread"],
                "reported": True,
            }
        else:
            assert told == {"value": None, "as_of": None, "problems": [], "reported": True}
    few = await read(panel.world, "C2", "portal", panel.code)
    assert of(few, "problems")[MARK] == ["few_marks"]
    assert of(few, "points_at_stake")[MARK] == 5

    await panel.transition("closed")

    for role in ("portal", "clara"):
        assert of(await read(panel.world, "C1", role, panel.code), "value")[MARK] == 60


async def test_an_expert_reads_whom_it_has_marked_in_full(panel: Panel) -> None:
    for expert, applicant in (("anna", "C2"), ("boris", "C2"), ("clara", "C1")):
        answer = await panel.call(expert, "GET", f"/entries/{applicant}/checklist")
        problem(answer, 409, "marks-outstanding")
    await read(panel.world, "C1", "anna", panel.code)
