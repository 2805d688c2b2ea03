"""Diagnostics and warnings over HTTP. What the figures are is tested in test_model.py."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.core.errors import Unavailable
from shared.database import Database
from shared.diagnostics.service import Diagnoses
from tests.fixtures.http import key, problem
from tests.fixtures.make import (
    APPLICANTS,
    GRADE,
    MARK,
    RESIDENTS,
    ROUND,
    SCENES,
    STATIONS,
    World,
    framework,
)

DIAGNOSTICS = f"/rounds/{ROUND}/diagnostics"
INDICATORS = ["A-1", "A-2", "B-1", "B-2", "B-3"]


async def diagnosed(world: World, role: str = "auditor", **params: Any) -> dict[str, Any]:
    """Return the round's diagnostics."""
    answer = await world.call(role, "GET", DIAGNOSTICS, **params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def codes(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Return place and code of each warning."""
    return [(each["pointer"], each["code"]) for each in document["warnings"]]


def of(document: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return one cohort, its indicators by code."""
    (cohort,) = (each for each in document["cohorts"] if each["kind"] == kind)
    return {**cohort, "indicators": {each["indicator"]: each for each in cohort["indicators"]}}


ONE_PARK = ("", "cohort-of-one")


async def test_before_the_first_run_there_is_nothing_but_warnings(world: World) -> None:
    found = await diagnosed(world, "admin")

    assert found["run"] == 0
    assert found["as_of"] is None
    assert found["cohorts"] == []
    assert found["coverage"] == {"min": None, "median": None, "max": None, "lowest": []}
    assert codes(found) == [ONE_PARK]
    assert found["warnings"][0]["message"] == (
        "Only one park takes part, and 2 indicators would compare it with other parks."
    )


async def test_the_last_run_is_diagnosed_cohort_by_cohort(world: World) -> None:
    """40 of C2's stations against 10 of C1's: alone, C1 would be the best, and earn it all."""
    await world.submit("source", "C1", STATIONS, 10)
    await world.submit("source", "C2", STATIONS, 40)
    await world.submit("expert", "C1", MARK, 50)
    await world.recompute()

    found = await diagnosed(world)

    assert (found["run"], found["state"]) == (1, "current")
    counties, parks = of(found, "county"), of(found, "park")
    assert (counties["size"], parks["size"]) == (2, 1)
    assert list(counties["indicators"]) == list(parks["indicators"]) == INDICATORS
    assert counties["indicators"]["A-1"] == {
        "indicator": "A-1",
        "reported": 2,
        "coverage": 1,
        "flat": False,
        "rank_correlation": 1,
        "best": {"applicant": "C2", "mean_change": 4.5, "greatest_change": 4.5},
        "worst": {"applicant": "C1", "mean_change": 0, "greatest_change": 0},
    }
    assert counties["indicators"]["B-1"] == {
        "indicator": "B-1",
        "reported": 1,
        "coverage": 0.5,
        "flat": False,
        "rank_correlation": None,
        "best": None,
        "worst": None,
    }
    assert found["coverage"] == {
        "min": 0,
        "median": 0.3,
        "max": 0.55,
        "lowest": [
            {"applicant": "P1", "kind": "park", "coverage": 0, "missing": INDICATORS},
            {"applicant": "C2", "kind": "county", "coverage": 0.3, "missing": INDICATORS[1:]},
            {
                "applicant": "C1",
                "kind": "county",
                "coverage": 0.55,
                "missing": ["A-2", "B-2", "B-3"],
            },
        ],
    }


async def test_the_run_that_is_shown_is_diagnosed_and_not_what_came_after(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 10)
    await world.recompute()
    before = await diagnosed(world)
    await world.submit("source", "C2", STATIONS, 40)
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C1", {"state": "withdrawn"})

    after = await diagnosed(world)

    assert (before["state"], after["state"]) == ("current", "recomputing")
    assert (after["cohorts"], after["coverage"]) == (before["cohorts"], before["coverage"])
    assert after["run"] == 1

    await world.recompute()
    last, past = await diagnosed(world), await diagnosed(world, run=1)
    assert (last["run"], past["run"]) == (2, 1)
    assert last["cohorts"] != past["cohorts"] == before["cohorts"]


async def enter_counties(world: World, count: int) -> list[str]:
    """Enter so many more counties."""
    entered = [f"D{at}" for at in range(count)]
    for code in entered:
        body = {"code": code, "kind": "county", "name": {"zh": code, "en": code}, "division": None}
        await world.call("admin", "POST", "/applicants", body)
        await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/{code}")
    return entered


async def test_constant_and_redundant_indicators_are_warned_of(world: World) -> None:
    """Everybody has as many residents: stations per head are stations once more."""
    for at, code in enumerate(await enter_counties(world, 8)):
        await world.submit("source", code, STATIONS, 10 + at)
        await world.submit("source", code, RESIDENTS, 1000)
        await world.submit("portal", code, GRADE, "B")
    await world.recompute()

    found = await diagnosed(world)

    pair = {"indicators": ["A-1", "A-2"], "rank_correlation": 1, "applicants": 8}
    assert of(found, "county")["redundant"] == [pair]
    assert of(found, "county")["indicators"]["B-2"]["flat"] is True
    place = "/dimensions/{}/categories/0/indicators/{}".format
    assert codes(found) == [
        ONE_PARK,
        (place(1, 1), "constant"),
        (place(0, 0), "redundant"),
    ]
    assert [each["message"] for each in found["warnings"][1:]] == [
        "B-2 has one and the same value for all 8 counties that have one, so it ranks nobody.",
        "A-1 and A-2 order 8 counties alike (rank correlation 1.00), so one of them adds little.",
    ]


async def revoke(owner: Database, *roles: str) -> None:
    """Revoke the keys of *roles*."""
    async with owner.session() as session:
        await session.execute(
            text(
                "UPDATE api_key SET revoked_at = now() FROM reporter"
                " WHERE reporter.id = api_key.reporter AND role = ANY (:roles)"
            ),
            {"roles": list(roles)},
        )


def unreported(document: dict[str, Any]) -> dict[str, str]:
    """Return what is said of measures that nobody may report."""
    return {
        each["pointer"].removeprefix("/measures/"): each["message"]
        for each in document["warnings"]
        if each["code"] == "no-reporter"
    }


async def test_measures_that_no_valid_key_may_report_are_warned_of(
    world: World, owner: Database
) -> None:
    """What a source and the applicant may report needs but one of them."""
    await revoke(owner, "portal", "expert")

    assert unreported(await diagnosed(world)) == {
        MARK: "No valid key may report policy.",
        GRADE: "No valid key may report grade.",
        SCENES: "No valid key may report scenes.",
    }
    await revoke(owner, "source")
    assert set(unreported(await diagnosed(world))) == {STATIONS, RESIDENTS, MARK, GRADE, SCENES}


async def test_the_limits_and_dates_of_keys_are_respected(world: World, owner: Database) -> None:
    await revoke(owner, "portal", "source", "expert")
    await key(owner, "portal", "one", applicants=["C1"], measures=[GRADE, STATIONS])
    await key(owner, "portal", "two", applicants=["C1", "C2", "C9"], measures=[GRADE])
    await key(owner, "source", "all", measures=[RESIDENTS])
    await key(owner, "expert", "elsewhere", applicants=["C9"])

    said = unreported(await diagnosed(world))

    assert said == {
        STATIONS: "No valid key may report stations for 2 of 3 applicants.",
        MARK: "No valid key may report policy.",
        GRADE: "No valid key may report grade for 1 of 3 applicants.",
        SCENES: "No valid key may report scenes.",
    }


async def test_an_expired_key_reports_nothing(world: World, owner: Database) -> None:
    async with owner.session() as session:
        await session.execute(text("UPDATE api_key SET expires_at = now() - interval '1 day'"))
    world.headers["auditor"] = await key(owner, "auditor", "late")

    assert len(unreported(await diagnosed(world))) == 5


async def test_opening_a_round_answers_with_its_warnings(world: World, owner: Database) -> None:
    """They keep nothing from happening, and closing has none."""
    await revoke(owner, "expert")

    opened = await world.transition("open")
    closed = await world.transition("closed")

    assert (opened.status_code, opened.json()["state"]) == (200, "open")
    assert codes(opened.json()) == [ONE_PARK, (f"/measures/{MARK}", "no-reporter")]
    assert opened.json()["warnings"] == (await diagnosed(world))["warnings"]
    assert (closed.json()["state"], closed.json()["warnings"]) == ("closed", [])


async def test_a_round_in_which_nobody_takes_part_is_warned_of(world: World) -> None:
    for code in APPLICANTS:
        await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/{code}", {"state": "withdrawn"})

    found = await diagnosed(world)

    assert found["warnings"] == [
        {
            "pointer": "",
            "code": "cohort-empty",
            "message": "Nobody takes part in the round yet.",
        }
    ]


async def test_a_framework_of_fixed_scales_compares_nobody(world: World) -> None:
    document = framework("fixed")
    for indicator in document["dimensions"][0]["categories"][0]["indicators"]:
        indicator["normalise"] = {"target": {"floor": 0, "target": 100}}
    await world.call("admin", "POST", "/frameworks", document)
    body = {
        "code": "R2027",
        "framework": {"code": "small", "version": "fixed"},
        "title": "Fixed",
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    await world.call("portal", "PUT", "/rounds/R2027/entries/P1")

    opened = await world.call("admin", "POST", "/rounds/R2027/transitions", {"to": "open"})

    assert opened.json()["warnings"] == []


@pytest.mark.parametrize("role", ["portal", "source", "expert"])
async def test_diagnostics_are_for_administrators_and_auditors(role: str, world: World) -> None:
    problem(await world.call(role, "GET", DIAGNOSTICS), 403, "forbidden")


async def test_an_unknown_round_has_no_diagnostics(world: World) -> None:
    problem(await world.call("auditor", "GET", "/rounds/R1999/diagnostics"), 404, "not-found")


async def test_a_round_opens_though_others_are_being_diagnosed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: Any) -> None:
        raise Unavailable("too many rounds wait to be diagnosed")

    await world.transition("closed")
    monkeypatch.setattr(Diagnoses, "as_of", busy)

    reopened = {"to": "open", "reason": "a slip"}
    answer = await world.call("admin", "POST", f"/rounds/{ROUND}/transitions", reopened)

    assert answer.json()["state"] == "open"
    assert codes(answer.json()) == [("", "not-diagnosed")]
