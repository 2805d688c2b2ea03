"""verdicts: the reasons agree with the rules."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.explanations.verdicts import Reason, Statement, Verdict, evidence_of, judge, standing
from shared.scoring.flags import Flag
from shared.scoring.framework import ADJUDICATOR, Framework, Measure, MeasureType, Panel
from shared.scoring.resolve import resolve
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import APPLICANT, EXPERT, SOURCE, examples

REFERENCE = date(2026, 6, 30)
REPORTERS = {1: SOURCE, 2: SOURCE, 3: APPLICANT, 4: EXPERT, 5: EXPERT, 6: EXPERT, 7: ADJUDICATOR}


@st.composite
def histories(draw: st.DrawFn) -> list[Statement]:
    """Draw what is said of one measure, each reporter's revisions of a date counted."""
    said: list[Statement] = []
    for identity in range(1, draw(st.integers(0, 15)) + 1):
        reporter = draw(st.sampled_from(list(REPORTERS)))
        as_of = REFERENCE + timedelta(draw(st.integers(-2, 1)))
        before = [each for each in said if (each.reporter, each.as_of) == (reporter, as_of)]
        number = draw(st.one_of(st.none(), st.integers(0, 9).map(float), st.floats(0, 9)))
        kind = str(REPORTERS[reporter])
        said.append(Statement(identity, reporter, kind, as_of, len(before) + 1, number))
    return said


PANELS = st.builds(
    Panel,
    combine=st.sampled_from(["mean", "median", "trimmed_mean"]),
    at_least=st.integers(1, 3),
    trim=st.integers(1, 2),
    trim_from=st.integers(3, 4),
)
MEASURES = st.one_of(
    st.permutations([SOURCE, APPLICANT]).map(lambda order: make.measure("x", reported_by=order)),
    PANELS.map(
        lambda panel: make.measure("x", type=MeasureType.MARK, reported_by=(EXPERT,), panel=panel)
    ),
)


def framework_of(measure: Measure) -> Framework:
    """Make a framework that reads *measure* alone."""
    return make.framework([make.indicator("x")], measures=[measure])


@examples(300)
@given(said=histories(), measure=MEASURES)
def test_what_counts_is_what_the_value_came_of(said: list[Statement], measure: Measure) -> None:
    """Every submission has one reason, and those that count combine to the resolved value."""
    stands, reasons = standing(said, REFERENCE)
    judged = judge(measure, stands)
    framework = framework_of(measure)
    resolved = resolve(framework, evidence_of(framework, {"x": stands}, {}), 1)

    assert not reasons.keys() & judged.keys()
    assert reasons.keys() | judged.keys() == {each.id for each in said}
    counting = [
        Fraction(each.number)
        for each in said
        if each.number is not None and each.id in judged
        if judged[each.id].verdict is Verdict.COUNTS
    ]
    value = float(resolved.values[0, 0])
    assert bool(counting) == (not np.isnan(value))
    if counting:
        assert value == pytest.approx(float(sum(counting) / len(counting)), rel=1e-12)
    settled = any(each.kind == ADJUDICATOR for each in stands) and measure.panel is not None
    assert settled == bool(resolved.flags[0, 0] & Flag.ADJUDICATED)


@examples(300)
@given(said=histories(), measure=MEASURES)
def test_what_is_passed_over_yields_to_something_that_was_said(
    said: list[Statement], measure: Measure
) -> None:
    """Whom a reason names is another submission, and of a later word where the reason says so."""
    stands, reasons = standing(said, REFERENCE)
    by_id = {each.id: each for each in said}
    for identity, reason in (reasons | judge(measure, stands)).items():
        if reason.by is None:
            continue
        own, other = by_id[identity], by_id[reason.by]
        match reason.verdict:
            case Verdict.SUPERSEDED:
                assert (own.reporter, own.as_of) == (other.reporter, other.as_of)
                assert own.revision < other.revision
            case Verdict.OLDER:
                assert own.as_of < other.as_of
                assert own.kind == other.kind
            case Verdict.RECORDED_EARLIER:
                assert own.id < other.id
                assert own.kind == other.kind
            case Verdict.OUTRANKED:
                kinds = [str(kind) for kind in measure.reported_by]
                assert kinds.index(own.kind) > kinds.index(other.kind)
            case verdict:
                assert verdict is Verdict.REPLACED
                assert (own.kind, other.kind) == (EXPERT, ADJUDICATOR)


def marks(*numbers: float) -> list[Statement]:
    """Give the marks of as many experts."""
    return [
        Statement(at, at, str(EXPERT), REFERENCE, 1, number)
        for at, number in enumerate(numbers, start=1)
    ]


def verdicts(panel: Panel, *numbers: float) -> list[str]:
    """Say what becomes of each of the marks."""
    measure = make.measure("x", type=MeasureType.MARK, reported_by=(EXPERT,), panel=panel)
    judged = judge(measure, marks(*numbers))
    return [str(judged[at].verdict) for at in range(1, len(numbers) + 1)]


def test_the_highest_and_the_lowest_are_trimmed() -> None:
    panel = Panel("trimmed_mean", trim=1, trim_from=4)
    assert verdicts(panel, 7, 9, 1, 7) == ["counts", "trimmed", "trimmed", "counts"]
    assert verdicts(panel, 7, 9, 1) == ["counts"] * 3


def test_the_median_rests_on_the_middle() -> None:
    assert verdicts(Panel("median"), 5, 1, 9) == ["counts", "not-middle", "not-middle"]
    assert verdicts(Panel("median"), 5, 1, 9, 6) == ["counts", "not-middle", "not-middle", "counts"]


def test_too_few_marks_count_for_nothing() -> None:
    assert verdicts(Panel("mean", at_least=3), 5, 6) == ["too-few-marks"] * 2


def test_a_kind_that_the_measure_does_not_list_is_not_admitted() -> None:
    judged = judge(make.measure("x"), marks(5))
    assert judged == {1: Reason(Verdict.NOT_ADMITTED)}
