"""Adjudications over HTTP: what a panel leaves open, who settles it, and what counts."""

import asyncio
from typing import Any

import pytest

from shared.database import Database
from tests.fixtures.http import findings, key, pages, problem
from tests.fixtures.make import MARK, STATIONS, World
from tests.panels.experts import PATH, TEAM, Panel, open_panel


@pytest.fixture
async def panel(world: World, owner: Database) -> Panel:
    """Give a round with experts, two of whom disagree on C1."""
    panel = await open_panel(world, owner)
    for expert, value in (("anna", 90), ("boris", 60)):
        await panel.mark(expert, "C1", value)
    return panel


async def said(panel: Panel) -> list[tuple[Any, ...]]:
    """Return the submissions that adjudicate: by whom, status, value and comment."""
    return [
        (each["reporter"], each["status"], each["value"], each["comment"])
        for each in await panel.listed("/submissions")
        if each["kind"] == "adjudicator"
    ]


async def test_an_adjudicated_mark_replaces_what_the_panel_says(panel: Panel) -> None:
    assert await panel.line() == (75, ["spread"])

    answer = await panel.settle(70)

    assert answer.status_code == 200
    receipt = answer.json()
    assert receipt.pop("id") > 0
    assert receipt == {
        "result": "created",
        "round": "PANEL",
        "applicant": "C1",
        "measure": MARK,
        "as_of": "2026-06-30",
        "value": 70,
        "reason": "Heard both.",
    }
    assert await panel.line() == (70, ["adjudicated"])
    assert await said(panel) == [("admin", "reported", 70, "Heard both.")]


async def test_too_few_marks_can_be_adjudicated(panel: Panel) -> None:
    await panel.mark("anna", "C2", 90)
    assert await panel.line("C2") == (None, ["missing", "few_marks"])

    await panel.settle(80, of="C2")

    assert await panel.line("C2") == (80, ["adjudicated"])


async def test_lifting_leaves_it_to_the_panel_again(panel: Panel) -> None:
    await panel.settle(70)

    lifted = await panel.settle(None, "A mark was corrected.")

    assert (lifted.json()["result"], lifted.json()["value"]) == ("revised", None)
    assert await panel.line() == (75, ["spread"])
    assert (await said(panel))[-1] == ("admin", "withdrawn", None, "A mark was corrected.")


async def test_where_nothing_was_adjudicated_nothing_is_lifted(panel: Panel) -> None:
    lifted = await panel.settle(None)

    assert (lifted.status_code, lifted.json()["result"], lifted.json()["id"]) == (
        200,
        "unchanged",
        None,
    )
    assert await said(panel) == []


async def test_the_same_again_changes_nothing(panel: Panel) -> None:
    first = (await panel.settle(70)).json()

    again = (await panel.settle(70)).json()

    assert again == first | {"result": "unchanged"}
    assert len(await said(panel)) == 1


async def test_the_last_word_counts_whichever_administrator_says_it(panel: Panel) -> None:
    """To say again what was said before another spoke is the last word, too."""
    for by, value in (("admin", 70), ("deputy", 65), ("admin", 70)):
        await panel.settle(value, by=by)
        assert await panel.line() == (value, ["adjudicated"])


async def test_lifting_brings_back_nothing_that_another_administrator_said(panel: Panel) -> None:
    await panel.settle(70)
    await panel.settle(65, by="deputy")

    await panel.settle(None, "Neither.")

    assert await panel.line() == (75, ["spread"])
    await panel.settle(60, by="deputy")
    await panel.settle(None, "Not that either.")
    assert await panel.line() == (75, ["spread"])


async def test_another_reason_is_recorded(panel: Panel) -> None:
    await panel.settle(70)

    await panel.settle(70, "Heard all three.")

    assert (await said(panel))[-1] == ("admin", "reported", 70, "Heard all three.")
    (case,) = await panel.listed("/adjudications")
    assert case["reason"] == "Heard all three."


async def test_administrators_who_settle_at_once_leave_one_mark(panel: Panel) -> None:
    await asyncio.gather(
        *(panel.settle(value, by=by) for by, value in (("admin", 70), ("deputy", 65)) * 5)
    )

    value, flags = await panel.line()
    assert (value in {65, 70}, flags) == (True, ["adjudicated"])
    await panel.settle(None)
    assert await panel.line() == (75, ["spread"])


async def test_in_a_round_that_is_not_open_nothing_is_adjudicated(panel: Panel) -> None:
    await panel.transition("closed")

    for value in (70, None):
        problem(await panel.settle(value), 409, "round-not-open")
    assert await said(panel) == []


async def test_what_no_panel_marks_is_not_adjudicated(panel: Panel, owner: Database) -> None:
    body = {"value": 70, "reason": "x"}
    panel.world.headers["limited"] = await key(owner, "admin", "limited", applicants=["C2"])
    refusals = {
        f"C1/{STATIONS}": ("/path/measure", "no-panel"),
        "C1/bridges": ("/path/measure", "unknown-measure"),
    }
    for path, found in refusals.items():
        refused = await panel.call("admin", "PUT", f"/adjudications/{path}", body)
        assert findings(problem(refused, 422, "submission-refused")) == [found]
    for value, code in ((101, "above-range"), (-1, "below-range")):
        refused = await panel.settle(value)
        assert findings(problem(refused, 422, "submission-refused")) == [("/value", code)]
    problem(await panel.settle(70, of="C9"), 404, "not-found")
    problem(await panel.settle(None, of="C9"), 404, "not-found")
    nowhere = f"/rounds/R1999/adjudications/C1/{MARK}"
    problem(await panel.world.call("admin", "PUT", nowhere, body), 404, "not-found")
    problem(await panel.settle(70, by="limited"), 403, "reporter-not-admitted")
    for who in ("anna", "portal", "source", "auditor"):
        problem(await panel.settle(70, by=who), 403, "forbidden")
    assert await said(panel) == []


@pytest.mark.parametrize(
    "body",
    [
        {"value": 70},
        {"reason": "x"},
        {"value": "70", "reason": "x"},
        {"value": True, "reason": "x"},
        {"value": 70, "reason": ""},
    ],
)
async def test_a_malformed_adjudication_is_refused(panel: Panel, body: dict[str, Any]) -> None:
    answer = await panel.call("admin", "PUT", f"/adjudications/C1/{MARK}", body)

    problem(answer, 422, "invalid")


async def test_open_cases_show_what_the_panel_says(panel: Panel) -> None:
    (case,) = await panel.listed("/adjudications", state="open")

    pseudonyms = {each["expert"] for each in case["marks"]}
    assert len(pseudonyms) == 2
    assert all(each.startswith("expert-") for each in pseudonyms)
    assert [(each["name"], each["value"]) for each in case.pop("marks")] == [
        ("boris", 60),
        ("anna", 90),
    ]
    assert case == {
        "applicant": "C1",
        "measure": MARK,
        "state": "open",
        "combined": 75,
        "spread": 30,
        "tolerance": 10,
        "adjudicated": None,
        "adjudicator": None,
        "reason": None,
    }


async def test_a_case_that_is_settled_is_no_longer_open(panel: Panel) -> None:
    await panel.settle(70, by="deputy")

    assert await panel.listed("/adjudications", state="open") == []
    (case,) = await panel.listed("/adjudications", state="settled")
    assert (case["combined"], case["spread"], len(case["marks"])) == (75, 30, 2)
    assert (case["adjudicated"], case["adjudicator"], case["reason"]) == (
        70,
        "deputy",
        "Heard both.",
    )


async def test_only_marks_that_count_make_a_case(panel: Panel) -> None:
    """Neither what was taken back or corrected, nor what is dated after the reference date."""
    await panel.mark("anna", "C2", 10)
    await panel.mark("anna", "C2", 55)
    await panel.mark("boris", "C2", 60)
    await panel.mark("boris", "C2", 99, as_of="2026-07-01")
    await panel.mark("clara", "C2", 5)
    await panel.mark("clara", "C2", None)
    assert [each["applicant"] for each in await panel.listed("/adjudications")] == ["C1"]

    await panel.settle(58, of="C2")

    case = (await panel.listed("/adjudications"))[1]
    assert [each["value"] for each in case["marks"]] == [55, 60]


async def test_a_spread_within_the_tolerance_is_no_case(panel: Panel) -> None:
    """As the line is flagged, to the last digit; in binary 16.1 - 6.1 is a trace more than 10."""
    for expert, value in (("anna", 6.1), ("boris", 16.1)):
        await panel.mark(expert, "C2", value)
    assert (await panel.line("C2"))[1] == []

    assert [each["applicant"] for each in await panel.listed("/adjudications")] == ["C1"]


async def test_a_mark_changed_after_sight_is_an_open_case_however_close_the_marks_are(
    panel: Panel,
) -> None:
    for expert, value in (("anna", 70), ("boris", 72), ("anna", 71)):
        await panel.mark(expert, "C2", value)

    case = (await panel.listed("/adjudications", state="open"))[1]

    assert (case["applicant"], case["spread"]) == ("C2", 1)
    assert [each["revised_after_sight"] for each in case["marks"]] == [True, False]
    await panel.mark("anna", "C2", 70)
    assert [each["applicant"] for each in await panel.listed("/adjudications")] == ["C1"]


async def test_an_adjudication_without_any_mark_is_a_settled_case(panel: Panel) -> None:
    await panel.settle(80, of="P1")

    case = (await panel.listed("/adjudications", state="settled"))[0]

    assert (case["marks"], case["combined"], case["spread"]) == ([], None, None)


async def test_cases_are_listed_page_by_page(panel: Panel) -> None:
    for applicant in ("P1", "C2"):
        for expert, value in (("anna", 20), ("clara", 80)):
            await panel.mark(expert, applicant, value)
            await panel.mark(expert, applicant, value, TEAM)
    await panel.settle(50, of="C2")

    found = await pages(panel.world, f"{PATH}/adjudications", limit=2)

    assert [[(each["applicant"], each["measure"]) for each in page] for page in found] == [
        [("C1", MARK), ("C2", MARK)],
        [("C2", TEAM), ("P1", MARK)],
        [("P1", TEAM)],
    ]
    opened = await pages(panel.world, f"{PATH}/adjudications", limit=3, state="open")
    assert [len(page) for page in opened] == [3, 1]
    for who in ("anna", "portal", "source"):
        problem(await panel.call(who, "GET", "/adjudications"), 403, "forbidden")
