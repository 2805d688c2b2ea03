"""Every method against its published definition, on cohorts of every size from 1 to 200.

The definitions are those of docs/methods.md, counted out naively or taken from the standard
library: none of them sorts, shares a step with another, or knows an edge that it does not state.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from random import Random
from typing import Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring import scales
from shared.scoring.arrays import FloatArray
from shared.scoring.framework import Band, Direction, MeasureType, Panel
from shared.scoring.rank import rank
from shared.scoring.resolve import resolve
from shared.scoring.scales import Scaled
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import EXPERT, Report, examples

HIGHER, LOWER = Direction
SIZES: Final = range(1, 201)
DIRECTIONS: Final = pytest.mark.parametrize("direction", Direction)
Column = list[int | None]


def cohort(size: int) -> Column:
    """Make a column of *size* whole numbers: ties, gaps, negatives, now and then a constant."""
    chance = Random(size)
    least, greatest = (3, 3) if size % 9 == 4 else (-size // 4, size // 2 + 1)
    gaps = chance.randrange(size) if size % 5 == 0 else 0
    column: Column = [chance.randint(least, greatest) for _ in range(size - gaps)]
    column += [None] * gaps
    chance.shuffle(column)
    return column


def known(column: Column) -> list[int]:
    """Give the values that were reported."""
    return [each for each in column if each is not None]


def agree(scaled: Scaled, column: Column, expected: Mapping[int, Fraction]) -> None:
    """Require that each value has the share *expected* of it, to within two units of its last."""
    for share, value in zip(scaled.shares.tolist(), column, strict=True):
        if value is None:
            assert math.isnan(share)
        else:
            assert abs(Fraction(share) - expected[value]) <= 2 * Fraction(2) ** -53, value


@DIRECTIONS
def test_best_is_the_ratio_to_the_leader(direction: Direction) -> None:
    """OECD/JRC 2008, step 5, distance to a reference; from 0 up, as a ratio needs."""
    for size in SIZES:
        column = [None if each is None else abs(each) + 1 for each in cohort(size)]
        least, greatest = min(known(column)), max(known(column))

        scaled = scales.best(make.column(*column), direction)

        higher = {x: Fraction(x, greatest) for x in known(column)}
        lower = {x: Fraction(least, x) for x in known(column)}
        agree(scaled, column, higher if direction is HIGHER else lower)


@DIRECTIONS
@pytest.mark.parametrize("base", [0.0, 0.25, 0.9375])
def test_min_max_is_the_way_from_the_worst_to_the_best(direction: Direction, base: float) -> None:
    """OECD/JRC 2008, step 5, min-max; the base is what the worst still earns."""
    for size in SIZES:
        column = cohort(size)
        least, greatest = min(known(column)), max(known(column))
        if least == greatest:
            continue

        scaled = scales.min_max(make.column(*column), base, direction)

        start, way = (least, 1) if direction is HIGHER else (greatest, -1)
        share = {x: Fraction(way * (x - start), greatest - least) for x in known(column)}
        earned = {x: Fraction(base) + (1 - Fraction(base)) * each for x, each in share.items()}
        agree(scaled, column, earned)


@DIRECTIONS
def test_percent_rank_counts_who_is_passed_and_half_of_who_ties(direction: Direction) -> None:
    """SQL's percent_rank where nobody ties; the mean rank of the tied (Kendall 1945) otherwise."""
    for size in SIZES:
        column = cohort(size)
        values = known(column)

        scaled = scales.percent_rank(make.column(*column), direction)

        expected = {}
        for x in set(values):
            passed = sum(each < x if direction is HIGHER else each > x for each in values)
            others = len(values) - 1
            halves = 2 * passed + values.count(x) - 1
            expected[x] = Fraction(halves, 2 * others) if others else Fraction(1)
        agree(scaled, column, expected)


@DIRECTIONS
@pytest.mark.parametrize("within", [0.5, 3.0])
def test_z_score_is_the_distance_from_the_mean_in_deviations(
    direction: Direction, within: float
) -> None:
    """OECD/JRC 2008, step 5, standardisation; mean and deviation by the standard library."""
    for size in SIZES:
        column = cohort(size)
        values = known(column)
        if len(set(values)) == 1:
            continue

        scaled = scales.z_score(make.column(*column), within, direction)

        mean, deviation = statistics.mean(map(Fraction, values)), statistics.stdev(values)
        turn = 1 if direction is HIGHER else -1
        for share, value in zip(scaled.shares.tolist(), column, strict=True):
            if value is not None:
                z = turn * float(value - mean) / deviation
                expected = min(1.0, max(0.0, 0.5 + z / (2 * within)))
                assert share == pytest.approx(expected, rel=0, abs=1e-14)
        assert scaled.parameters == {
            "n": len(values),
            "mean": pytest.approx(float(mean), rel=1e-14, abs=1e-14),
            "deviation": pytest.approx(deviation, rel=1e-14),
        }


@pytest.mark.parametrize("outlier", [100.0, 1e9])
@pytest.mark.parametrize("size", [1_022, 1_023, 30_000])
def test_z_scores_of_a_large_cohort_are_the_same_in_any_order(outlier: float, size: int) -> None:
    """One that is far away leaves all others little of the range that positions are counted in."""
    chance = Random(1)
    values = [*(chance.randrange(100_000) / 10 for _ in range(size)), outlier]
    mean, deviation = statistics.mean(map(Fraction, values)), statistics.stdev(values)

    scaled = scales.z_score(make.column(*values))
    turned = scales.z_score(make.column(*values[::-1]))

    assert scaled.parameters == turned.parameters
    np.testing.assert_array_equal(scaled.shares, turned.shares[::-1])
    assert scaled.parameters["mean"] == pytest.approx(float(mean), rel=1e-10)
    assert scaled.parameters["deviation"] == pytest.approx(deviation, rel=1e-10)
    expected = [min(1.0, 0.5 + float(each - mean) / deviation / 6) for each in values]
    np.testing.assert_allclose(scaled.shares, expected, rtol=0, atol=1e-12)


@DIRECTIONS
@pytest.mark.parametrize("exponent", [-900, 900])
def test_the_unit_never_matters(direction: Direction, exponent: int) -> None:
    """In powers of two, to the last digit: stations or hundreds of stations, watts or terawatts."""
    for size in SIZES:
        values = make.column(*cohort(size))
        for scaled, rescaled in zip(
            every_scale(values, direction),
            every_scale(values * 2.0**exponent, direction),
            strict=True,
        ):
            np.testing.assert_array_equal(scaled.shares, rescaled.shares)
            assert scaled.flag == rescaled.flag


def every_scale(values: FloatArray, direction: Direction) -> list[Scaled]:
    """Put a column on each of the cohort's scales."""
    return [
        scales.best(values, direction),
        scales.min_max(values, 0.25, direction),
        scales.percent_rank(values, direction),
        scales.z_score(values, 1.5, direction),
    ]


def test_lower_is_higher_of_the_negative() -> None:
    """To the last digit. `best` is a ratio and has no mirror image, nor has a column of zeros."""
    for size in SIZES:
        column = cohort(size)
        if set(known(column)) == {0}:
            continue
        values = make.column(*column)
        mirrored = zip(every_scale(values, LOWER), every_scale(-values, HIGHER), strict=True)
        for lower, higher in list(mirrored)[1:]:
            np.testing.assert_array_equal(lower.shares, higher.shares)


THOUSANDTHS = st.integers(-4_000, 4_000).map(lambda number: Decimal(number) / 1000)


@given(
    values=st.lists(THOUSANDTHS, min_size=1, max_size=200),
    floor=THOUSANDTHS,
    step=st.integers(1, 1_500).map(lambda number: Decimal(number) / 1000),
    steps=st.integers(1, 12),
    direction=st.sampled_from(Direction),
)
@examples(60)
def test_whole_steps_are_counted_in_decimals(
    values: list[Decimal], floor: Decimal, step: Decimal, steps: int, direction: Direction
) -> None:
    """UNDP's goalposts, in whole steps as Chinese assessments count them: as the decimals are."""
    target = floor + steps * step

    scaled = scales.target(
        np.array([float(each) for each in values]),
        float(floor),
        float(target),
        float(step),
        direction,
    )

    for share, value in zip(scaled.shares.tolist(), values, strict=True):
        whole = min(max((value - floor) // step if value >= floor else 0, 0), steps)
        expected = Fraction(int(whole), steps)
        turned = expected if direction is HIGHER else 1 - expected
        assert share == pytest.approx(float(turned), rel=0, abs=1e-11)


EDGES = st.lists(
    st.floats(-1e300, 1e300) | st.integers(-50, 50).map(float),
    min_size=1,
    max_size=8,
    unique=True,
).map(sorted)


@given(EDGES, st.data())
@examples(60)
def test_an_edge_falls_on_the_side_that_it_says(edges: list[float], data: st.DataObject) -> None:
    """One step of a float beside it leaves no doubt."""
    sides = data.draw(st.lists(st.booleans(), min_size=len(edges), max_size=len(edges)))
    shares = np.linspace(0.0, 1.0, len(edges) + 1).tolist()
    above = [Band(*each) for each in zip(edges, shares[1:], sides, strict=True)]
    beside = [math.nextafter(each, to) for each in edges for to in (-math.inf, math.inf)]
    column = [*edges, *beside, -math.inf, math.inf][: 3 * len(edges)]

    scaled = scales.steps(np.array(column), [Band(None, 0.0), *above])

    for share, value in zip(scaled.shares.tolist(), column, strict=True):
        passed = [
            edge < value or (edge == value and inclusive)
            for edge, inclusive in zip(edges, sides, strict=True)
        ]
        assert share == shares[sum(passed)]


@given(st.lists(st.integers(0, 400).map(lambda mark: mark / 4), min_size=1, max_size=40))
@examples(60)
def test_panels_combine_as_the_textbook_says(marks: list[float]) -> None:
    """Mean and median by the standard library, a trimmed mean as the mean of the slice between."""
    exact = sorted(map(Fraction, marks))
    for trim in (1, 2, 5):
        trimmed = exact[trim:-trim] if len(exact) > 2 * trim else exact
        panel = Panel("trimmed_mean", trim=trim, trim_from=2 * trim + 1)
        assert combined(panel, marks) == fifteen_digits(statistics.mean(trimmed))
    assert combined(Panel("mean"), marks) == fifteen_digits(statistics.mean(exact))
    assert combined(Panel("median"), marks) == statistics.median(marks)


def fifteen_digits(exact: Fraction) -> float:
    """Round as paper and pencil do: to 15 digits, whatever comes behind."""
    with localcontext(prec=15):
        return float(Decimal(exact.numerator) / Decimal(exact.denominator))


def combined(panel: Panel, marks: Sequence[float]) -> float:
    """Combine *marks*."""
    judged = make.measure("A", type=MeasureType.MARK, panel=panel)
    framework = make.framework([make.indicator("A")], measures=[judged])
    said = make.reports(*(Report(0, "A", mark, EXPERT) for mark in marks))
    return float(resolve(framework, make.evidence(framework, said), 1).values[0, 0])


def test_places_are_counted() -> None:
    """Standard competition ranking, and the percentile that halves ties, by definition."""
    for size in SIZES:
        totals = [abs(each or 0) for each in cohort(size)]
        places = rank(
            np.array(totals), np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
        )

        assert places.rank.tolist() == [1 + sum(each > own for each in totals) for own in totals]
        assert places.tied.tolist() == [totals.count(own) for own in totals]
        for percentile, own in zip(places.percentile.tolist(), totals, strict=True):
            below = sum(each < own for each in totals)
            halves = 2 * below + totals.count(own) - 1
            assert percentile == (100 * halves / (2 * (size - 1)) if size > 1 else 100.0)
