"""What stands: every query that asks, the reasons that are given, and the rules agree."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.adjudications import store as adjudications
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.discrepancies import store as discrepancies
from shared.explanations import verdicts
from shared.explanations.sight import revised_after_sight
from shared.explanations.verdicts import Statement, evidence_of
from shared.panels import store as panels
from shared.runs import evidence_store as evidence
from shared.scoring.document import reader as document
from shared.scoring.flags import Flag
from shared.scoring.framework import ADJUDICATOR, ReporterKind
from shared.scoring.resolve import Resolved, resolve
from shared.submissions import list_store as submissions
from shared.submissions import recording as services
from shared.submissions.list_store import Asked, Reach
from shared.submissions.standing import Way, standing
from shared.submissions.store import NATURAL_KEY, NewSubmission
from shared.submissions.values import Reported
from tests.fixtures.make import APPLICANTS, MARK, STATIONS
from tests.panels.experts import TEAM, framework_of_panels

FRAMEWORK = document.read(framework_of_panels())
REFERENCE = date(2026, 6, 30)
PANELS = (MARK, TEAM)
REPORTERS = {1: "source", 2: "source", 3: "applicant", 4: "expert", 5: "expert"} | {
    6: "adjudicator",
    7: "adjudicator",
}
CODES = list(APPLICANTS)
EXTREMES = [1e308, -1e308, 1e-300, -5e-324, 20.3, 30.3]
EXPERTS = [each for each, kind in REPORTERS.items() if kind == ReporterKind.EXPERT]

Standing = dict[tuple[str, str], list[Statement]]
"""What stands by applicant and measure."""


@st.composite
def statements(draw: st.DrawFn) -> NewSubmission:
    """Draw one thing that is said or taken back; of each measure one reporter is not admitted."""
    measure, reporters = draw(st.sampled_from([(STATIONS, (1, 2, 3, 4)), (MARK, (1, 4, 5, 6, 7))]))
    reporter = draw(st.sampled_from(reporters))
    numbers = [st.integers(0, 30).map(float)] * 3
    number = draw(st.one_of(st.none(), *numbers, st.sampled_from(EXTREMES)))
    return NewSubmission(
        applicant=draw(st.sampled_from(CODES[:2])),
        measure=measure,
        reporter=reporter,
        kind=REPORTERS[reporter],
        as_of=REFERENCE + timedelta(draw(st.integers(-1, 1))),
        reported=Reported(number=number),
        reference=None,
        comment=None,
        request_id="r",
    )


histories = st.lists(statements(), min_size=10, max_size=40)
examples = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


async def say(session: Session, round_id: int, history: Sequence[NewSubmission]) -> Standing:
    """Append *history*, as a run took it in; return what stands by the reasons."""
    more = "INSERT INTO reporter (id, name, role) VALUES (6, 'six', 'admin'), (7, 'seven', 'admin')"
    await session.execute(text(more))
    await services.record(await driver_of(session), round_id, list(history))
    await session.execute(text("DELETE FROM submission_change"))
    return await by_the_reasons(session, round_id)


async def by_the_reasons(session: Session, round_id: int) -> Standing:
    """Read everything that was ever said, and leave out what has a reason not to stand."""
    return {
        key: sorted(verdicts.standing(each, REFERENCE)[0], key=lambda each: each.id)
        for key, each in (await recorded(session, round_id)).items()
    }


async def recorded(session: Session, round_id: int) -> Standing:
    """Read everything that was ever said."""
    query = text("""
        SELECT applicant, measure, id, reporter, kind, as_of, revision, number
        FROM submission WHERE round = :round ORDER BY id
    """)
    said: defaultdict[tuple[str, str], list[Statement]] = defaultdict(list)
    for applicant, measure, *row in await session.execute(query, {"round": round_id}):
        said[applicant, measure].append(Statement(*row))
    return said


def of_one(stands: Standing, applicant: str) -> dict[str, list[Statement]]:
    """Return what is of one applicant, by measure."""
    return {measure: said for (of, measure), said in stands.items() if of == applicant}


def resolved(stands: Standing, applicant: str, everything: Standing | None = None) -> Resolved:
    """Settle what stands of one applicant by the rules; remarks on what was said before need that.

    *everything* is what was ever said.
    """
    revised = {
        measure: revised_after_sight(FRAMEWORK.measures[measure], said, REFERENCE)
        for measure, said in of_one(everything or {}, applicant).items()
    }
    return resolve(FRAMEWORK, evidence_of(FRAMEWORK, of_one(stands, applicant), revised), 1)


def of_kind(said: Sequence[Statement], kind: str) -> list[Statement]:
    """Return what reporters of one kind said, the last recorded last."""
    return sorted((each for each in said if each.kind == kind), key=lambda each: each.id)


@examples
@given(history=histories)
async def test_a_run_reads_what_has_no_reason_not_to_stand(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """So that its values and flags are those that are explained."""
    async with owner._sessions() as session:  # never committed: each example begins with nothing
        stands = await say(session, round_id, history)
        everything = await recorded(session, round_id)
        found = await evidence.current(
            session, round_id, FRAMEWORK, REFERENCE, CODES, everybody=True
        )

    assert sorted(found.id) == sorted(each.id for said in stands.values() for each in said)
    whole = resolve(FRAMEWORK, found.evidence, len(CODES))
    for at, applicant in enumerate(CODES):
        explained = resolved(stands, applicant, everything)
        np.testing.assert_array_equal(whole.values[at], explained.values[0])
        np.testing.assert_array_equal(whole.flags[at], explained.flags[0])


@examples
@given(history=histories)
async def test_reporters_are_compared_by_what_stands(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    measure = FRAMEWORK.measures[STATIONS]
    scope = discrepancies.Scope([measure], only_beyond=False)
    async with owner._sessions() as session:
        stands = await say(session, round_id, history)
        found = await discrepancies.page(session, round_id, REFERENCE, scope, None, 1000)

    expected = {}
    for (applicant, code), said in stands.items():
        kinds = [of_kind(said, kind) for kind in measure.reported_by]
        if code == STATIONS and all(kinds):
            own, other = (max(each, key=lambda each: (each.as_of, each.id)) for each in kinds)
            line = resolved(stands, applicant)
            at = FRAMEWORK.measure_codes.index(code)
            assert line.values[0, at] == own.number
            flagged = bool(line.flags[0, at] & Flag.DISCREPANCY)
            expected[applicant] = (own.id, other.id, flagged)
    assert {
        each.applicant: (each.counted.id, each.other.id, each.beyond) for each in found
    } == expected


@examples
@given(history=histories)
async def test_panels_are_shown_as_the_rules_settle_them(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    tolerances = [
        (code, panel.tolerance)
        for code, measure in FRAMEWORK.measures.items()
        if (panel := measure.panel)
    ]
    settled = {}
    async with owner._sessions() as session:
        stands = await say(session, round_id, history)
        for (applicant, measure), said in stands.items():
            settled[applicant, measure] = of_kind(said, ADJUDICATOR)
            found = await adjudications.standing(session, round_id, applicant, measure)
            assert [(each.reporter, each.value) for each in found] == [
                (each.reporter, each.number) for each in settled[applicant, measure]
            ]
        lines = await adjudications.page(
            session, round_id, tolerances, ["open", "settled"], ("", ""), 1000
        )

    expected = []
    for (applicant, measure), said in sorted(stands.items()):
        result = resolved(stands, applicant)
        at = FRAMEWORK.measure_codes.index(measure)
        value, flags = float(result.values[0, at]), int(result.flags[0, at])
        if measure in PANELS and flags & (Flag.SPREAD | Flag.ADJUDICATED):
            marks = sorted(
                of_kind(said, ReporterKind.EXPERT), key=lambda each: (each.number or 0.0, each.id)
            )
            expected.append(
                (
                    applicant,
                    measure,
                    [(each.reporter, each.number) for each in marks],
                    value if flags & Flag.ADJUDICATED else None,
                )
            )
    # One transaction says all of it, so that a mark may seem changed when others' could be read.
    settled_by_rules = {each[:2] for each in expected}
    assert [
        (
            each.applicant,
            each.measure,
            list(zip(each.experts, each.marks, strict=True)),
            each.adjudicated,
        )
        for each in lines
        if (each.applicant, each.measure) in settled_by_rules or not any(each.revised)
    ] == expected


@examples
@given(history=histories)
async def test_an_expert_has_marked_what_stands_and_sees_the_panel_there(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    pairs = {(applicant, measure) for applicant in CODES for measure in PANELS}
    async with owner._sessions() as session:
        stands = await say(session, round_id, history)
        everything = await submissions.page(session, round_id, 0, 1000, Asked(Reach()))
        for expert in EXPERTS:
            marked = {
                pair for pair, said in stands.items() if expert in {each.reporter for each in said}
            }
            outstanding = await panels.outstanding(session, round_id, expert, CODES, PANELS, 1000)
            assert set(outstanding) == pairs - marked
            for limits in ({}, {"applicant": "C1"}, {"measure": MARK}):
                asked = Asked(Reach(expert=expert), limits.get("applicant"), limits.get("measure"))
                visible = await submissions.page(session, round_id, 0, 1000, asked)
                assert visible == [
                    each
                    for each in everything
                    if each.reporter == expert
                    or (
                        each.kind in {ReporterKind.EXPERT, ADJUDICATOR}
                        and (each.applicant, each.measure) in marked
                    )
                    if limits.items()
                    <= {"applicant": each.applicant, "measure": each.measure}.items()
                ]


@examples
@given(history=histories)
async def test_what_is_taken_back_stands_no_more_and_nothing_else_falls(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """Also a mark of a date that another date's mark had outlived, or that lies ahead."""
    last = {NATURAL_KEY(each): each.reported.status for each in history}
    async with owner._sessions() as session:
        before = await say(session, round_id, history)
        for expert in EXPERTS:
            taken = await panels.take_back(session, round_id, expert, "C1", "r")
            assert taken == sum(
                status == "reported" and (applicant, reporter) == ("C1", expert)
                for (applicant, _, reporter, _), status in last.items()
            )
        after = await by_the_reasons(session, round_id)

    assert after == {
        (applicant, measure): [
            each for each in said if applicant != "C1" or each.reporter not in EXPERTS
        ]
        for (applicant, measure), said in before.items()
    }


@pytest.mark.parametrize(("way", "sorts"), [("DESC", set()), ("ASC", {"Incremental Sort"})])
async def test_the_natural_keys_index_gives_the_order(
    owner: Database, way: Way, sorts: set[str]
) -> None:
    """From the first row on, since a plan is made once; rows are never sorted all at once."""
    query = standing("$1", "$2", way=way)
    async with owner._sessions() as session:
        driver = await driver_of(session)
        await driver.execute(f"PREPARE asked (bigint, date) AS {query}")
        lines = await driver.fetch("EXPLAIN (COSTS off) EXECUTE asked (1, '2026-06-30')")

    nodes = [line.strip().removeprefix("->").strip() for (line,) in lines]
    index = "Index Scan Backward" if way == "DESC" else "Index Scan"
    assert f"{index} using submission_natural_key on submission" in nodes
    assert {each for each in nodes if each.endswith("Sort")} == sorts
