"""explain: reasons agree with the rules, and a changed line with scoring everything anew."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.arrays import FloatArray
from shared.domain.explain import (
    Reason,
    Statement,
    Verdict,
    costs,
    evidence_of,
    from_cohort,
    judge,
    one_more,
    standing,
)
from shared.domain.flags import Flag
from shared.domain.framework import (
    ADJUDICATOR,
    Direction,
    Framework,
    Measure,
    MeasureType,
    Missing,
    Normalisation,
    Panel,
    Range,
)
from shared.domain.normalise import normalise
from shared.domain.resolve import resolve
from shared.domain.score import score
from tests.domain import make
from tests.domain.make import APPLICANT, EXPERT, SOURCE, examples

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
    resolved = resolve(framework, evidence_of(framework, {"x": stands}), 1)

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


METHODS = [
    Normalisation(method, direction, target=9.0, within=1.0, base=base)
    for method, base in [
        ("best", 0.0),
        ("min_max", 0.25),
        ("percent_rank", 0.0),
        ("z_score", 0.0),
        ("target", 0.0),
    ]
    for direction in Direction
]
LINES = make.framework(
    [make.indicator(f"i{at}", method) for at, method in enumerate(METHODS)],
    [make.indicator("j", missing=Missing.SKIP), make.indicator("k", missing=Missing.SKIP)],
)
VALUES = st.one_of(st.none(), st.integers(-3, 12).map(float))
ROWS = st.lists(VALUES, min_size=len(LINES.indicators), max_size=len(LINES.indicators))
TABLES = st.lists(ROWS, min_size=1, max_size=6).map(lambda rows: make.table(*rows))


@examples(100)
@given(values=TABLES, data=st.data())
def test_one_more_is_what_scoring_the_cohort_anew_would_give(
    values: FloatArray, data: st.DataObject
) -> None:
    """Line by line, the others as they are; the scale is that of the cohort as it then is."""
    own = data.draw(st.integers(0, len(values) - 1))
    cohort = np.zeros(len(values), np.int64)
    flags = np.zeros(values.shape, np.int32)
    for at, more in enumerate(one_more(LINES, values, own)):
        assert (more is None) == np.isnan(values[own, at])
        if more is not None:
            changed = values.copy()
            changed[own, at] += 1
            sheet = score(LINES, changed, flags, cohort)
            assert more.value == changed[own, at]
            assert (more.share, more.units) == (sheet.shares[own, at], sheet.units[own, at])


def single(measure: Measure, cap: float | None = None) -> Framework:
    """Make a framework of one indicator that reads *measure*, up to a *cap*."""
    reads = make.value(measure.code, cap=cap)
    rule = Normalisation("target", target=1.0)
    return make.framework([make.indicator("x", rule, derivation=reads)], measures=[measure])


@pytest.mark.parametrize(
    ("framework", "value"),
    [
        (single(make.measure("x", range=Range(0, 10))), 10),
        (single(make.measure("x", type=MeasureType.FLAG, codes=("no", "yes"))), 0),
        (single(make.measure("x"), cap=5), 5),
    ],
    ids=["end of the range", "flag", "cap"],
)
def test_where_no_unit_more_is_thinkable_there_is_none(framework: Framework, value: float) -> None:
    assert one_more(framework, make.table([value]), 0) == [None]


def test_one_more_stops_at_the_cap() -> None:
    (more,) = one_more(single(make.measure("x"), cap=5), make.table([4.5]), 0)
    assert more is not None
    assert more.value == 5


@examples(100)
@given(row=ROWS)
def test_a_missing_line_costs_what_a_full_one_would_add(row: Sequence[float | None]) -> None:
    """Under `zero` that is its own full points; a present line costs nothing."""
    values = make.table(row)
    shares = normalise(LINES, values, np.zeros(1, np.int64)).shares[0]
    cost = costs(LINES, shares)
    for at, (indicator, share) in enumerate(zip(LINES.indicators, shares, strict=True)):
        if not np.isnan(share):
            assert cost[at] == 0
        elif indicator.missing is Missing.ZERO:
            assert cost[at] == indicator.full


def test_a_skipped_line_costs_what_its_dimension_loses_by_the_others() -> None:
    """The other earns half of the dimension's 20 000; both together would earn three quarters."""
    shares = np.array([1.0] * len(METHODS) + [0.5, np.nan])
    assert costs(LINES, shares)[-1] == 5_000


def test_percent_rank_needs_how_many_are_below_and_tied() -> None:
    column = make.column(1, 2, 2, None, 5)
    assert from_cohort(Normalisation("percent_rank"), column, 2.0) == {"below": 1, "tied": 2}
    assert from_cohort(Normalisation("percent_rank"), column, float("nan")) == {}


def test_a_z_score_needs_the_ends_and_the_positions_between_them() -> None:
    column = make.column(2, 4, 6)
    expected = {"worst": 6, "best": 2, "mean_position": 0.5, "deviation_position": 0.5}
    assert from_cohort(Normalisation("z_score", Direction.LOWER), column, 4.0) == expected
