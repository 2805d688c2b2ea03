"""Marks are given blind, and under pseudonyms: who sees what, and when."""

from typing import Any

import pytest
from sqlalchemy import text

from shared.database import Database
from tests.fixtures.http import key, problem
from tests.fixtures.make import GRADE, MARK, ROUND, STATIONS, World
from tests.panels.experts import EXPERTS, PATH, TEAM, Panel, open_panel


@pytest.fixture
async def panel(world: World, owner: Database) -> Panel:
    """Give a round in which boris has marked C1, which ranks first, and C2."""
    panel = await open_panel(world, owner)
    for applicant, value in (("C1", 70), ("C2", 50)):
        await panel.mark("boris", applicant, 60)
        await panel.mark("boris", applicant, value, TEAM)
    await panel.world.recompute()
    return panel


SALTS = text("SELECT salt FROM round")
SCORES: list[tuple[str, dict[str, Any]]] = [
    ("/scores/C1", {}),
    ("/scores/C1/history", {}),
    ("/scores/C1/history", {"include": "lines"}),
]
"""What shows scores of C1 and of nobody else."""

RANKING: list[tuple[str, dict[str, Any]]] = [
    ("/scores", {"limit": 1}),
    ("/scores", {"include": "lines", "limit": 1}),
]
"""What shows where C1 stands: that moves with everybody's marks."""


async def mark_all(panel: Panel, who: str, *applicants: str) -> None:
    """Mark everything of *applicants*."""
    for applicant in applicants:
        await panel.mark(who, applicant, 62)
        await panel.mark(who, applicant, 72, TEAM)


async def see(panel: Panel, who: str) -> list[int]:
    """Ask for everything that shows C1's scores; return the statuses."""
    asked = [*SCORES, *RANKING]
    return [(await panel.call(who, "GET", path, **query)).status_code for path, query in asked]


@pytest.mark.parametrize(("path", "query"), SCORES)
async def test_an_expert_sees_scores_once_its_own_marks_stand(
    panel: Panel, path: str, query: dict[str, Any]
) -> None:
    refused = problem(await panel.call("anna", "GET", path, **query), 409, "marks-outstanding")
    assert refused["detail"] == f"shown once your own marks stand: {MARK} of C1, {TEAM} of C1"

    await panel.mark("anna", "C1", 62)
    refused = problem(await panel.call("anna", "GET", path, **query), 409, "marks-outstanding")
    assert refused["detail"] == f"shown once your own marks stand: {TEAM} of C1"
    await panel.mark("anna", "C1", 72, TEAM)

    assert (await panel.call("anna", "GET", path, **query)).status_code == 200


async def test_other_roles_see_scores_as_ever(panel: Panel) -> None:
    for who in ("admin", "auditor", "portal", "source"):
        assert await see(panel, who) == [200] * 5


async def test_a_mark_taken_back_hides_the_scores_again(panel: Panel) -> None:
    assert await see(panel, "boris") == [200, 200, 200, 409, 409]
    await mark_all(panel, "boris", "P1")
    assert await see(panel, "boris") == [200] * 5

    await panel.mark("boris", "C1", None)

    assert await see(panel, "boris") == [409] * 5


async def test_an_applicant_that_is_withdrawn_does_not_open_its_marks(panel: Panel) -> None:
    """It can be accepted again, and runs that were before hold what others marked."""
    await mark_all(panel, "anna", "C2", "P1")
    await mark_all(panel, "boris", "P1")
    await panel.call("portal", "PUT", "/entries/C1", {"state": "withdrawn"})
    for _ in range(2):  # before the next run, and after it
        for path, query in [*RANKING, *((path, query | {"run": 1}) for path, query in RANKING)]:
            answer = await panel.call("anna", "GET", path, **query)
            problem(answer, 409, "marks-outstanding")
        answer = await panel.call("anna", "GET", "/scores/C2/explanation")
        assert answer.json()["above"] is None
        await panel.world.recompute()

    await mark_all(panel, "anna", "C1")

    assert (await panel.call("anna", "GET", "/scores")).status_code == 200


async def test_a_mark_that_does_not_count_opens_nothing(panel: Panel) -> None:
    """Else a date in the future would be a way to look first and mark afterwards."""
    for measure in (MARK, TEAM):
        await panel.mark("anna", "C1", 50, measure, as_of="2026-07-01")

    assert await see(panel, "anna") == [409] * 5
    assert {each["reporter"] for each in await panel.listed("/submissions", "anna")} == {"anna"}


async def test_the_ranking_is_shown_once_everybody_is_marked_and_names_nobody_before(
    panel: Panel,
) -> None:
    """A refusal that named who is on the page would give away the order, place by place."""
    await mark_all(panel, "anna", "C1", "C2")

    for path, query in [*RANKING, ("/scores", {"cohort": "county"}), ("/scores", {"run": 1})]:
        refused = await panel.call("anna", "GET", path, **query)
        detail = problem(refused, 409, "marks-outstanding")["detail"]
        assert detail == "shown once all of your own marks of the round stand"

    await mark_all(panel, "anna", "P1")
    assert (await panel.call("anna", "GET", "/scores")).status_code == 200


async def test_a_refusal_names_a_few_marks_of_whom_was_asked_for(panel: Panel) -> None:
    refused = await panel.call("clara", "GET", "/scores/C2")

    detail = problem(refused, 409, "marks-outstanding")["detail"]
    assert detail == f"shown once your own marks stand: {MARK} of C2, {TEAM} of C2"


async def test_who_cannot_mark_waits_until_the_round_is_closed(
    panel: Panel, owner: Database
) -> None:
    """Another key, or a tie that is lifted, would let it mark after it has looked."""
    limits: dict[str, dict[str, Any]] = {
        "of others": {"applicants": ["C2"]},
        "of else": {"measures": [GRADE]},
        "of one": {"measures": [TEAM]},
    }
    for name, limit in limits.items():
        panel.world.headers[name] = await key(owner, "expert", name, **limit)
    await panel.mark("of one", "C1", 72, TEAM)
    await mark_all(panel, "clara", "C1")
    await panel.tie("clara", "C1")
    everybody = [*limits, "clara"]

    assert [await see(panel, who) for who in everybody] == [[409] * 5] * 4
    await panel.transition("closed")
    assert [await see(panel, who) for who in everybody] == [[200] * 5] * 4


async def test_in_a_closed_round_everything_is_open(panel: Panel) -> None:
    await panel.transition("closed")
    assert await see(panel, "anna") == [200] * 5

    await panel.transition("open")
    assert await see(panel, "anna") == [409] * 5


async def test_a_page_that_others_have_asked_for_is_not_shown_to_experts(panel: Panel) -> None:
    """A page that is kept is looked up after the caller is known, and never for an expert."""
    query = {"limit": 1}
    await mark_all(panel, "boris", "P1")
    for who in ("portal", "portal", "boris", "boris"):
        assert (await panel.call(who, "GET", "/scores", **query)).status_code == 200

    for _ in range(2):
        refused = await panel.call("anna", "GET", "/scores", **query)
        problem(refused, 409, "marks-outstanding")


async def test_an_expert_reads_the_others_marks_beside_its_own(panel: Panel) -> None:
    await panel.settle(61)
    await panel.mark("clara", "C1", 64)
    await panel.mark("anna", "C1", 62)

    found = await panel.listed("/submissions", "anna")

    assert [(each["applicant"], each["measure"], each["value"]) for each in found] == [
        ("C1", MARK, value) for value in (60, 61, 64, 62)
    ]
    boris, admin, clara, anna = (each["reporter"] for each in found)
    assert (admin, anna) == ("adjudicator", "anna")
    assert len({boris, clara}) == 2
    assert all(each.startswith("expert-") and len(each) == 15 for each in (boris, clara))


async def test_marks_of_other_kinds_do_not_open_to_experts(panel: Panel) -> None:
    await mark_all(panel, "anna", "C1")
    await panel.call(
        "source",
        "POST",
        "/submissions",
        {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"},
    )

    found = await panel.listed("/submissions", "anna")

    assert {each["kind"] for each in found} == {"expert"}


async def reporters(panel: Panel, who: str) -> list[str]:
    """Return who reported, as *who* sees it."""
    return [each["reporter"] for each in await panel.listed("/submissions", who)]


async def test_names_of_experts_are_for_administrators_and_auditors(panel: Panel) -> None:
    await panel.mark("anna", "C1", 62)
    await panel.settle(61)

    for who in ("admin", "auditor"):
        assert set(await reporters(panel, who)) == {"boris", "anna", "admin"}
    for who in ("portal", "source"):
        seen = await reporters(panel, who)
        assert len(set(seen)) == 3
        assert seen[-1] == "adjudicator"
        assert not {*EXPERTS, "admin"} & set(seen)


async def test_a_pseudonym_is_the_one_of_the_adjudications(panel: Panel) -> None:
    """Whoever has a complaint about it can be told who that is."""
    await panel.settle(61)
    (case,) = await panel.listed("/adjudications")

    (mark,) = case["marks"]

    assert mark["name"] == "boris"
    assert mark["expert"] == (await reporters(panel, "portal"))[0]


async def test_a_pseudonym_says_nothing_in_another_round(panel: Panel) -> None:
    body = {"applicant": "C1", "measure": MARK, "value": 60, "as_of": "2026-06-01"}
    await panel.world.call("boris", "POST", f"/rounds/{ROUND}/submissions", body)
    other = await panel.world.call("portal", "GET", f"/rounds/{ROUND}/submissions")

    (elsewhere,) = (each["reporter"] for each in other.json()["items"])

    assert elsewhere.startswith("expert-")
    assert elsewhere not in await reporters(panel, "portal")


async def test_no_answer_holds_an_expert_s_name_or_the_salt(panel: Panel, owner: Database) -> None:
    """Whatever is asked: to those who are not meant to know, a name occurs nowhere."""
    async with owner.session() as session:
        salts = [str(salt) for salt in await session.scalars(SALTS)]
    await panel.tie("anna", "C1")
    await panel.settle(61)
    await panel.world.recompute()
    paths = [
        *("", "/submissions", "/scores", "/scores?include=lines", "/scores/C1"),
        *("/scores/C1/history?include=lines", "/runs", "/runs/1", "/entries"),
    ]

    for path in paths:
        for who in ("portal", "admin"):
            answer = await panel.world.call(who, "GET", f"{PATH}{path}")
            assert answer.status_code == 200, path
            assert not any(salt in answer.text for salt in salts)
            if who == "portal":
                assert not any(name in answer.text for name in EXPERTS), path
