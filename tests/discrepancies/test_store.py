"""Which reporters differ, against a slow reading of the rules and the flags of the scores."""

from dataclasses import replace
from fractions import Fraction
from math import inf, isinf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from shared.database import Database, Session
from shared.discrepancies import store as discrepancies
from shared.discrepancies.store import Discrepancy, Scope
from shared.runs import evidence_store as evidence
from shared.scoring.document import reader as document
from shared.scoring.flags import Flag
from shared.scoring.framework import Measure, MeasureType
from shared.scoring.resolve import resolve
from shared.submissions.store import NewSubmission
from shared.submissions.values import Reported
from tests.discrepancies.contested import (
    BY_CODE,
    MEASURES,
    REFERENCE,
    Said,
    standing,
    statement,
    statements,
    write,
)
from tests.fixtures.http import framework_of_types
from tests.fixtures.make import APPLICANTS, GRADE, RESIDENTS, SCENES, STATIONS

LARGEST = Fraction(1.7976931348623157e308)


async def page(
    session: Session, round_id: int, scope: Scope, after: discrepancies.Key | None = None
) -> list[Discrepancy]:
    """Return a page long enough for all that the tests write."""
    return await discrepancies.page(session, round_id, REFERENCE, scope, after, 1000)


def apart(measure: Measure, own: Reported, other: Reported) -> tuple[Fraction, Fraction] | None:
    """Return difference and base as exact numbers; None for what is no quantity."""
    if measure.type in {MeasureType.CATEGORY, MeasureType.FLAG}:
        return None
    if own.codes is not None and other.codes is not None:
        return Fraction(len(set(own.codes) ^ set(other.codes))), Fraction(len(own.codes))
    return Fraction(str(other.number)) - Fraction(str(own.number)), abs(Fraction(str(own.number)))


def shown(found: Discrepancy) -> tuple[str, str, Said, Said]:
    """Return what a discrepancy compares."""
    own, other = (
        (each.kind, each.as_of, each.id, each.reported) for each in (found.counted, found.other)
    )
    return found.applicant, found.measure, own, other


examples = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@examples
@given(history=st.lists(statements(), max_size=40))
async def test_every_pair_of_kinds_is_compared_by_the_rules(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """The kind that the measure ranks first against each other that says anything."""
    async with owner._sessions() as session:  # never committed: each example begins with nothing
        ids = await write(session, round_id, history)
        found = await page(session, round_id, Scope(MEASURES, only_beyond=False))

    expected = [
        (applicant, measure, said[0], other)
        for (applicant, measure), said in standing(history, ids).items()
        for other in said[1:]
    ]
    assert sorted(map(repr, map(shown, found))) == sorted(map(repr, expected))
    for each in found:
        own, other = each.counted.reported, each.other.reported
        exact = apart(BY_CODE[each.measure], own, other)
        if exact is None:
            assert (each.difference, each.relative) == (None, None)
        else:
            difference, base = exact
            assert each.difference == float(max(-LARGEST, min(difference, LARGEST)))
            relative = min(abs(difference) / base, LARGEST) if base else None
            assert each.relative == (None if relative is None else pytest.approx(float(relative)))
        weight = 0.0 if own == other else inf if each.relative is None else each.relative
        kinds = BY_CODE[each.measure].reported_by
        assert each.key == (
            weight,
            each.applicant,
            each.measure,
            [str(kind) for kind in kinds].index(each.other.kind),
        )


@examples
@given(history=st.lists(statements(), max_size=40))
async def test_what_is_beyond_is_what_scores_are_flagged_for(
    round_id: int, owner: Database, history: list[NewSubmission]
) -> None:
    """Of codes also what a score does not see: as many, but others."""
    framework = document.read(framework_of_types())
    framework = replace(framework, measures={**framework.measures, **BY_CODE})
    applicants = list(APPLICANTS)
    async with owner._sessions() as session:
        await write(session, round_id, history)
        found = await page(session, round_id, Scope(MEASURES))
        await session.execute(text("DELETE FROM submission_change"))
        said = await evidence.current(
            session, round_id, framework, REFERENCE, applicants, everybody=True
        )

    flags = resolve(framework, said.evidence, len(applicants)).flags
    flagged = {
        (applicants[row], framework.measure_codes[column])
        for row, column in zip(*(flags & Flag.DISCREPANCY).nonzero(), strict=True)
    }
    assert all(each.beyond for each in found)
    beyond = {(each.applicant, each.measure) for each in found}
    assert {pair for pair in flagged if pair[1] in BY_CODE} <= beyond
    assert {pair for pair in beyond - flagged if pair[1] != SCENES} == set()


@examples
@given(history=st.lists(statements(), max_size=40), limit=st.integers(1, 3))
async def test_pages_follow_each_other_from_the_furthest_apart(
    round_id: int, owner: Database, history: list[NewSubmission], limit: int
) -> None:
    scope = Scope(MEASURES, only_beyond=False)
    cut: list[Discrepancy] = []
    async with owner._sessions() as session:
        await write(session, round_id, history)
        whole = await page(session, round_id, scope)
        while part := await discrepancies.page(
            session, round_id, REFERENCE, scope, cut[-1].key if cut else None, limit
        ):
            cut += part

    assert cut == whole
    assert whole == sorted(whole, key=lambda each: (-each.key[0], *each.key[1:]))


def number(value: float | None) -> Reported:
    """Return a number as reported; None: withdrawn."""
    return Reported(number=value)


PAIR = [statement(STATIONS, 1, number(20)), statement(STATIONS, 3, number(30))]


async def test_the_authoritys_value_counts_and_the_other_is_measured_by_it(
    round_id: int, owner: Database
) -> None:
    async with owner._sessions() as session:
        own, other = await write(session, round_id, PAIR)
        (found,) = await page(session, round_id, Scope(MEASURES))

    assert (found.counted.kind, found.counted.id) == ("source", own)
    assert (found.other.kind, found.other.id) == ("applicant", other)
    assert (found.difference, found.relative, found.beyond) == (10.0, 0.5, True)


async def test_what_is_taken_back_or_lies_ahead_is_not_compared(
    round_id: int, owner: Database
) -> None:
    async with owner._sessions() as session:
        await write(session, round_id, [*PAIR, statement(STATIONS, 3, Reported())])
        taken_back = await page(session, round_id, Scope(MEASURES, only_beyond=False))
        await write(session, round_id, [statement(STATIONS, 3, number(40), day=1)])
        ahead = await page(session, round_id, Scope(MEASURES, only_beyond=False))

    assert (taken_back, ahead) == ([], [])


async def test_a_scope_limits_applicants_and_measures(round_id: int, owner: Database) -> None:
    stations, grades = [BY_CODE[STATIONS]], [BY_CODE[GRADE]]
    async with owner._sessions() as session:
        await write(session, round_id, PAIR)
        for scope, count in (
            (Scope(stations), 1),
            (Scope(grades), 0),
            (Scope([]), 0),
            (Scope(stations, ["C1", "C9"]), 1),
            (Scope(stations, ["C2"]), 0),
            (Scope(stations, []), 0),
        ):
            assert len(await page(session, round_id, scope)) == count, scope


async def test_only_accepted_entries_of_the_round_are_compared(
    round_id: int, owner: Database
) -> None:
    async with owner._sessions() as session:
        await write(session, round_id, PAIR)
        await session.execute(text("UPDATE entry SET state = 'withdrawn' WHERE applicant = 'C1'"))
        withdrawn = await page(session, round_id, Scope(MEASURES))
        elsewhere = await page(session, round_id + 1, Scope(MEASURES))

    assert (withdrawn, elsewhere) == ([], [])


async def test_a_measure_without_a_tolerance_is_shown_and_never_beyond(
    round_id: int, owner: Database
) -> None:
    said = [statement(RESIDENTS, 5, number(20)), statement(RESIDENTS, 1, number(19))]
    async with owner._sessions() as session:
        await write(session, round_id, said)
        every = await page(session, round_id, Scope(MEASURES, only_beyond=False))
        beyond = await page(session, round_id, Scope(MEASURES))

    assert [(each.difference, each.relative, each.beyond) for each in every] == [
        (-1.0, 0.05, False)
    ]
    assert beyond == []


async def test_from_nothing_every_difference_is_the_largest(round_id: int, owner: Database) -> None:
    """A counted 0 and another category come before any number that is relative to something."""
    said = [
        *PAIR,
        statement(STATIONS, 1, number(0), "C2"),
        statement(STATIONS, 3, number(1), "C2"),
        statement(GRADE, 1, Reported(codes=("A",)), "P1"),
        statement(GRADE, 3, Reported(codes=("B",)), "P1"),
    ]
    async with owner._sessions() as session:
        await write(session, round_id, said)
        found = await page(session, round_id, Scope(MEASURES))

    assert [(each.applicant, each.relative) for each in found] == [
        ("C2", None),
        ("P1", None),
        ("C1", 0.5),
    ]
    assert [isinf(each.key[0]) for each in found] == [True, True, False]
