"""explain: a changed line agrees with scoring everything anew."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.explanations.lines import costs, from_cohort, one_more
from shared.scoring.arrays import FloatArray
from shared.scoring.framework import (
    Direction,
    Framework,
    Measure,
    MeasureType,
    Missing,
    Normalisation,
    Range,
)
from shared.scoring.normalise import normalise
from shared.scoring.score import score
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples

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
