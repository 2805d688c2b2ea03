"""Conflicts of interest over HTTP: who declares them, and what becomes of marks."""

import pytest

from shared.database import Database
from tests.fixtures.ask import one, rows
from tests.fixtures.http import findings, key, pages, problem
from tests.fixtures.make import MARK, ROUND, World
from tests.panels.experts import PATH, Panel, open_panel

AUDIT = """
    SELECT actor, action, subject, detail ->> 'expert', detail ->> 'reason',
        (detail ->> 'marks_taken_back')::int
    FROM audit_event WHERE action LIKE 'conflict.%' ORDER BY id
"""


@pytest.fixture
async def panel(world: World, owner: Database) -> Panel:
    """Give a round with experts."""
    return await open_panel(world, owner)


async def test_a_tied_expert_cannot_mark_the_applicant(panel: Panel) -> None:
    declared = await panel.tie("anna", "C1", by="anna")

    assert declared.status_code == 200
    problem(await panel.mark("anna", "C1", 80), 409, "conflict-of-interest")
    assert (await panel.mark("anna", "C2", 80)).status_code == 201
    assert (await panel.mark("boris", "C1", 80)).status_code == 201


async def test_in_a_batch_a_tied_row_is_refused_for_itself(panel: Panel) -> None:
    await panel.tie("anna", "C1")
    items = [
        {"applicant": code, "measure": MARK, "value": 80, "as_of": "2026-06-01"}
        for code in ("C1", "C2", "C9")
    ]

    answer = await panel.call("anna", "POST", "/submissions/batch", {"items": items})

    document = problem(answer, 422, "batch-rejected")
    assert findings(document) == [
        ("/items/0/applicant", "conflict-of-interest"),
        ("/items/2/applicant", "unknown-applicant"),
    ]
    assert document["counts"]["rejected"] == 3


async def test_a_declaration_takes_back_what_the_expert_marked(panel: Panel) -> None:
    """The marks stay on record, and their withdrawals beside them: history and runs show both."""
    for expert, value in (("anna", 90), ("boris", 80), ("clara", 84)):
        await panel.mark(expert, "C1", value)
    await panel.mark("anna", "C2", 70)
    assert (await panel.line())[0] == pytest.approx(84.6667, abs=1e-4)

    await panel.tie("anna", "C1")

    said = await panel.listed("/submissions", applicant="C1")
    assert [(each["reporter"], each["status"], each["value"]) for each in said] == [
        ("anna", "reported", 90),
        ("boris", "reported", 80),
        ("clara", "reported", 84),
        ("anna", "withdrawn", None),
    ]
    assert said[-1]["comment"] is None  # of a tie, not everybody may read
    assert said[-1]["revision"] == 2
    assert (await panel.line())[0] == 82
    assert len(await panel.listed("/scores/C1/history")) == 2
    runs = await panel.listed("/runs")
    assert [each["submissions"] for each in runs] == [1, 4]
    assert [each["status"] for each in await panel.listed("/submissions", applicant="C2")] == [
        "reported"
    ]


async def test_a_lifted_tie_lets_the_expert_mark_again_and_brings_no_mark_back(
    panel: Panel,
) -> None:
    await panel.mark("anna", "C1", 90)
    await panel.tie("anna", "C1", by="anna")

    lifted = await panel.tie("anna", "C1", "lifted")

    assert lifted.json()["state"] == "lifted"
    assert [each["status"] for each in await panel.listed("/submissions")] == [
        "reported",
        "withdrawn",
    ]
    assert (await panel.mark("anna", "C1", 70)).json()["result"] == "revised"


async def test_the_same_again_changes_nothing_and_is_not_recorded_twice(
    panel: Panel, owner: Database
) -> None:
    await panel.mark("anna", "C1", 90)

    answers = [await panel.tie("anna", "C1", by="anna") for _ in range(2)]
    answers += [await panel.tie("anna", "C1", "lifted") for _ in range(2)]

    assert [each.status_code for each in answers] == [200] * 4
    assert answers[0].json() == answers[1].json()
    assert answers[2].json() == answers[3].json()
    assert len(await panel.listed("/submissions")) == 2
    assert await rows(owner, AUDIT) == [
        ("anna", "conflict.declared", "C1", "anna", "They are cousins.", 1),
        ("admin", "conflict.lifted", "C1", "anna", "They are cousins.", None),
    ]


async def test_another_reason_is_a_change(panel: Panel, owner: Database) -> None:
    await panel.tie("anna", "C1", by="anna")
    body = {"state": "declared", "reason": "And in-laws."}

    answer = await panel.call("admin", "PUT", "/conflicts/anna/C1", body)

    assert answer.json()["reason"] == "And in-laws."
    assert [row[4] for row in await rows(owner, AUDIT)] == ["They are cousins.", "And in-laws."]


async def test_an_expert_changes_nothing_of_a_tie_that_is_declared(panel: Panel) -> None:
    await panel.tie("anna", "C1")
    body = {"state": "declared", "reason": "none of your business"}

    again = await panel.call("anna", "PUT", "/conflicts/anna/C1", body)

    assert (again.status_code, again.json()["reason"]) == (200, body["reason"])
    (listed,) = await panel.listed("/conflicts")
    assert listed["reason"] == "They are cousins."


async def test_an_expert_declares_its_own_ties_and_lifts_none(
    panel: Panel, owner: Database
) -> None:
    await panel.tie("anna", "C1", by="anna")

    problem(await panel.tie("anna", "C1", "lifted", by="anna"), 403, "forbidden")
    problem(await panel.tie("boris", "C1", by="anna"), 403, "forbidden")
    problem(await panel.tie("nobody", "C1", by="anna"), 403, "forbidden")
    for role in ("portal", "source", "auditor"):
        problem(await panel.tie("anna", "C2", by=role), 403, "forbidden")
    assert len(await rows(owner, AUDIT)) == 1


async def test_a_key_declares_no_tie_beyond_its_reach(panel: Panel, owner: Database) -> None:
    """A limited key must not take back marks that it could not give."""
    panel.world.headers["limited"] = await key(owner, "expert", "anna", applicants=["C2"])
    await panel.mark("anna", "C1", 90)

    problem(await panel.tie("anna", "C1", by="limited"), 403, "forbidden")
    assert (await panel.tie("anna", "C2", by="limited")).status_code == 200
    assert len(await panel.listed("/submissions")) == 1


async def test_what_is_not_known_has_no_ties(panel: Panel, owner: Database) -> None:
    body = {"state": "declared", "reason": "x"}
    nowhere = await panel.world.call("admin", "PUT", "/rounds/R1999/conflicts/anna/C1", body)
    for answer in (
        await panel.tie("nobody", "C1"),
        await panel.tie("portal", "C1"),
        await panel.tie("anna", "C9"),
        await panel.tie("anna", "C1", "lifted"),
        nowhere,
    ):
        problem(answer, 404, "not-found")
    assert await one(owner, "SELECT count(*) FROM conflict") == 0


async def test_in_a_closed_round_ties_stay_as_they_are(panel: Panel) -> None:
    """To take marks back would change scores that are final."""
    await panel.mark("anna", "C1", 90)
    await panel.tie("boris", "C1")
    await panel.transition("closed")

    refused = problem(await panel.tie("anna", "C1"), 409, "round-not-open")
    assert refused["state"] == "closed"
    assert (await panel.tie("boris", "C1")).status_code == 200
    assert len(await panel.listed("/submissions")) == 1


async def test_a_tie_holds_in_its_round_alone(panel: Panel) -> None:
    await panel.tie("anna", "C1")
    body = {"applicant": "C1", "measure": MARK, "value": 80, "as_of": "2026-06-01"}

    answer = await panel.world.call("anna", "POST", f"/rounds/{ROUND}/submissions", body)

    assert answer.status_code == 201


async def test_ties_are_listed_page_by_page(panel: Panel) -> None:
    for expert, applicant in (("boris", "C2"), ("anna", "P1"), ("boris", "C1"), ("anna", "C1")):
        await panel.tie(expert, applicant)
    await panel.tie("boris", "C1", "lifted")

    found = await pages(panel.world, f"{PATH}/conflicts", limit=3)

    assert [
        [(each["expert"], each["applicant"], each["state"]) for each in page] for page in found
    ] == [
        [("anna", "C1", "declared"), ("anna", "P1", "declared"), ("boris", "C1", "lifted")],
        [("boris", "C2", "declared")],
    ]
    for who in ("anna", "portal", "source"):
        problem(await panel.call(who, "GET", "/conflicts"), 403, "forbidden")


@pytest.mark.parametrize(
    "body",
    [
        {"state": "declared"},
        {"state": "declared", "reason": ""},
        {"state": "denied", "reason": "x"},
        {"state": "declared", "reason": "x", "more": 1},
        {"state": "declared", "reason": " \u3000"},
    ],
)
async def test_a_malformed_declaration_is_refused(panel: Panel, body: dict[str, object]) -> None:
    problem(await panel.call("admin", "PUT", "/conflicts/anna/C1", body), 422, "invalid")
    assert await panel.listed("/conflicts") == []
