"""diagnostics: how indicators behave, against slow readings of the definitions."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diagnostics.correlation import ENOUGH, REDUNDANT
from shared.diagnostics.model import (
    LOWEST,
    MOST_REDUNDANT,
    Behaviour,
    CohortBehaviour,
    Leverage,
    cohorts,
    coverage,
)
from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.framework import Band, Direction, Framework, Normalisation
from shared.scoring.score import score
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples
from tests.scoring import oracle

HIGHER, LOWER = Direction
TARGET = Normalisation("target", floor=0.0, target=10.0)
METHODS = [
    replace(rule, direction=direction)
    for direction in (HIGHER, LOWER)
    for rule in (
        Normalisation("best"),
        Normalisation("min_max", base=0.25),
        Normalisation("percent_rank"),
        Normalisation("z_score", within=1.5),
    )
]
FULL = 60_000


def diagnosed(
    framework: Framework,
    values: FloatArray,
    cohort: Sequence[int] | None = None,
    blocked: Sequence[bool] | None = None,
) -> list[CohortBehaviour]:
    """Score *values*, in one cohort unless said otherwise, and diagnose that."""
    numbers = np.array([0] * len(values) if cohort is None else cohort, dtype=np.int64)
    sheet = score(framework, values, np.zeros(values.shape, dtype=np.int32), numbers)
    barred = sheet.blocked if blocked is None else np.array(blocked)
    return cohorts(framework, values, sheet.shares, sheet.totals, barred, numbers)


def silent(reported: int) -> Behaviour:
    """Return an indicator of which nothing can be said but how many have a value."""
    return Behaviour(reported, flat=False, correlation=None, best=None, worst=None)


def of(*columns: Sequence[float | None], rule: Normalisation = TARGET) -> CohortBehaviour:
    """Diagnose one cohort whose indicators, all scaled by *rule*, have these *columns*."""
    lines = [make.indicator(f"I{at}", rule, full=FULL) for at in range(len(columns))]
    values = np.array([make.column(*each) for each in columns]).T
    (cohort,) = diagnosed(make.framework(lines), values)
    return cohort


COLUMN = st.lists(
    st.none() | st.integers(0, 6).map(float) | st.integers(1, 10**6).map(float),
    min_size=1,
    max_size=14,
)


def leverages(
    rule: Normalisation, column: Sequence[float | None], absent: int
) -> tuple[Fraction, Fraction]:
    """Score twice, with and without the applicant *absent*, and compare the others' points."""
    without = [None if at == absent else each for at, each in enumerate(column)]
    pairs = zip(oracle.shares(rule, column), oracle.shares(rule, without), strict=True)
    changes = [
        abs(after - before) * FULL
        for before, after in pairs
        if before is not None and after is not None
    ]
    return sum(changes, Fraction(0)) / len(changes), max(changes)


@pytest.mark.parametrize("rule", METHODS, ids=lambda rule: f"{rule.method}-{rule.direction}")
@given(column=COLUMN)
@examples(40)
def test_leverage_agrees_with_scoring_twice(
    rule: Normalisation, column: list[float | None]
) -> None:
    """In fractions; of several best or worst the first is left out."""
    (behaviour,) = of(column, rule=rule).indicators
    known = [each for each in column if each is not None]

    if len(known) < 2:
        assert (behaviour.best, behaviour.worst) == (None, None)
        return
    ends = {HIGHER: (max, min), LOWER: (min, max)}[rule.direction]
    for found, end in zip((behaviour.best, behaviour.worst), ends, strict=True):
        assert found is not None
        assert found.applicant == column.index(end(known))
        mean, greatest = leverages(rule, column, found.applicant)
        assert found.mean == pytest.approx(float(mean), rel=1e-9, abs=1e-6)
        assert found.greatest == pytest.approx(float(greatest), rel=1e-9, abs=1e-6)


def test_who_stretches_a_scale_is_found() -> None:
    """Without the 100, which is ten times the next, all others would earn ten times as much."""
    (behaviour,) = of([1, 2, 10, 100], rule=Normalisation("best")).indicators

    assert behaviour.best is not None
    assert behaviour.best.applicant == 3
    assert behaviour.best.greatest == pytest.approx(0.9 * FULL)
    assert behaviour.best.mean == pytest.approx(0.9 * FULL * (0.1 + 0.2 + 1.0) / 3)
    assert behaviour.worst == Leverage(0, 0.0, 0.0)


def test_a_fixed_scale_gives_nobody_leverage() -> None:
    (behaviour,) = of([1, 5, 9]).indicators

    assert (behaviour.best, behaviour.worst) == (None, None)


def test_the_first_of_equals_is_the_one_left_out() -> None:
    (behaviour,) = of([3, 7, 7, 3], rule=Normalisation("min_max")).indicators

    assert (behaviour.best, behaviour.worst) == (Leverage(1, 0.0, 0.0), Leverage(0, 0.0, 0.0))


def test_a_share_and_not_a_value_is_correlated_with_the_total() -> None:
    """Where less is better, the best has the least value and the greatest share."""
    falling = Normalisation("min_max", LOWER)
    (behaviour,) = of([1, 2, 3, 4], rule=falling).indicators

    assert behaviour.correlation == 1.0


def test_only_who_has_a_value_counts_for_an_indicator() -> None:
    cohort = of([1, 2, None, 4], [4, 3, 9, None])

    assert [each.reported for each in cohort.indicators] == [3, 3]
    assert cohort.size == 4
    # Totals 5, 5, 9, 4: the first column's three against 5, 5, 4, the second's against 5, 5, 9.
    assert cohort.indicators[0].correlation == pytest.approx(-math.sqrt(3) / 2)
    assert cohort.indicators[1].correlation == pytest.approx(math.sqrt(3) / 2)


def test_who_is_not_ranked_has_no_part_in_a_correlation_but_in_the_cohort() -> None:
    framework = make.framework([make.indicator("I0", Normalisation("best"), full=FULL)])
    values = make.table([1], [2], [3], [100])

    (everybody,) = diagnosed(framework, values)
    (three,) = diagnosed(framework, values, blocked=[False, False, True, True])

    assert everybody.indicators[0].best == three.indicators[0].best
    assert three.indicators[0].reported == three.size == 4
    (nobody,) = diagnosed(framework, values, blocked=[True] * 4)
    assert nobody.indicators[0].correlation is None
    assert three.indicators[0].correlation == 1.0


@pytest.mark.parametrize("rule", [TARGET, *METHODS], ids=lambda rule: rule.method)
def test_one_applicant_is_no_cohort_to_speak_of(rule: Normalisation) -> None:
    cohort = of([5], [None], rule=rule)

    assert cohort == CohortBehaviour(1, (silent(1), silent(0)), ())


@pytest.mark.parametrize("rule", [TARGET, *METHODS], ids=lambda rule: rule.method)
def test_where_nobody_reports_nothing_is_said(rule: Normalisation) -> None:
    cohort = of([None] * 9, [None] * 9, rule=rule)

    assert cohort == CohortBehaviour(9, (silent(0), silent(0)), ())


def test_nobody_at_all_is_no_error() -> None:
    framework = make.framework([make.indicator("I0")])

    assert diagnosed(framework, np.empty((0, 1))) == []


@pytest.mark.parametrize("rule", METHODS, ids=lambda rule: f"{rule.method}-{rule.direction}")
@pytest.mark.parametrize("value", [0.0, 7.0, -1e308])
def test_a_flat_column_is_named_and_correlates_with_nothing(
    rule: Normalisation, value: float
) -> None:
    flat, other = of([value] * 8 + [None], [*range(8), None], rule=rule).indicators

    assert flat.flat
    assert flat.correlation is None
    assert flat.best is not None
    assert flat.best.applicant == 0
    assert not other.flat


def test_cohorts_are_diagnosed_apart() -> None:
    framework = make.framework([make.indicator("I0", Normalisation("min_max"), full=FULL)])
    values = make.table([1], [50], [2], [60], [9], [90])

    apart = diagnosed(framework, values, cohort=[0, 1, 0, 1, 0, 1])

    for number, cohort in enumerate(apart):
        (alone,) = diagnosed(framework, values[number::2])
        (found,), (expected,) = cohort.indicators, alone.indicators
        assert found.best is not None
        assert expected.best is not None
        assert found.best.applicant == 2 * expected.best.applicant + number
        assert (found.best.mean, found.reported) == (expected.best.mean, expected.reported)


RISING = [float(at) for at in range(ENOUGH)]


def test_two_indicators_that_order_alike_are_redundant() -> None:
    """Whatever their values are, and the other way round as well."""
    cohort = of(RISING, [each**2 / 10 for each in RISING], [9 - each for each in RISING])

    pairs = [(each.first, each.second, each.correlation) for each in cohort.redundant]
    assert pairs == [(0, 1, 1.0), (0, 2, -1.0), (1, 2, -1.0)]
    assert {each.applicants for each in cohort.redundant} == {ENOUGH}


def test_of_very_many_redundant_pairs_the_first_are_named() -> None:
    cohort = of(*[RISING] * 60)

    pairs = [(each.first, each.second) for each in cohort.redundant]
    assert pairs == list(combinations(range(60), 2))[:MOST_REDUNDANT]


def test_few_who_agree_do_so_by_chance() -> None:
    """Only who has both counts."""
    assert of(RISING, [*RISING[:-1], None]).redundant == ()
    assert of(RISING[1:], RISING[1:]).redundant == ()


def test_what_agrees_less_is_not_redundant() -> None:
    """1 - 6 · Σd² / n(n² - 1): two neighbours that change places cost 12/504 each."""
    swapped, twice, thrice = RISING.copy(), RISING.copy(), RISING.copy()
    for column, swaps in ((swapped, 1), (twice, 2), (thrice, 3)):
        for at in range(0, 2 * swaps, 2):
            column[at], column[at + 1] = column[at + 1], column[at]

    (pair,) = of(RISING, swapped).redundant
    assert pair.correlation == pytest.approx(1 - 12 / 504)
    assert of(RISING, twice).redundant[0].correlation == pytest.approx(1 - 24 / 504)
    assert REDUNDANT > 1 - 36 / 504
    assert of(RISING, thrice).redundant == ()


@given(st.lists(st.integers(0, 100).map(lambda each: each / 100), max_size=60))
@examples(60)
def test_coverage_names_the_least_covered_first(shares: list[float]) -> None:
    found = coverage(np.array(shares))

    ordered = sorted(range(len(shares)), key=lambda at: (shares[at], at))
    assert found.lowest.tolist() == [at for at in ordered[:LOWEST] if shares[at] < 1]
    if shares:
        low, high = (sorted(shares)[at] for at in ((len(shares) - 1) // 2, len(shares) // 2))
        assert (found.least, found.greatest) == (min(shares), max(shares))
        assert found.median == pytest.approx((low + high) / 2)
    else:
        assert (found.least, found.median, found.greatest) == (None, None, None)


def test_an_indicator_of_bands_or_grades_is_diagnosed_like_any_other() -> None:
    bands = (Band(None, 0.0), Band(5.0, 0.5), Band(8.0, 1.0))
    (behaviour,) = of([1, 6, 7, 9], rule=Normalisation("steps", bands=bands)).indicators

    assert behaviour.correlation == 1.0
    assert not behaviour.flat


@given(st.permutations(range(9)))
@examples(30)
def test_the_order_of_indicators_never_matters(order: list[int]) -> None:
    """A column is diagnosed by itself; only the total, which all make, stands beside it."""
    columns: IntArray = np.random.default_rng(5).integers(0, 10, (9, 12))
    whole = of(*columns.astype(float).tolist(), rule=METHODS[3])
    turned = of(*columns[order].astype(float).tolist(), rule=METHODS[3])

    assert [turned.indicators[at] for at in np.argsort(order)] == list(whole.indicators)
