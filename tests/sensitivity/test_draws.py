"""How sure places are: against exact fractions and a generator of our own."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.framework import Empty, Framework, Missing
from shared.scoring.points import points
from shared.scoring.rank import rank
from shared.sensitivity import draws as sensitivity
from shared.sensitivity.draws import Draws, Places, places
from shared.sensitivity.swaps import swaps
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples
from tests.scoring.test_laws import FRAMEWORK, scored, tables

MASK = 2**64 - 1
PLAIN = make.framework([make.indicator(f"I{at}", full=1_000 * at) for at in range(1, 6)])


PASSING_ON = make.framework(
    [make.indicator("A", full=700, missing=Missing.SKIP)],
    [make.indicator(code, full=500, missing=Missing.SKIP) for code in ("B", "C")],
    [make.indicator("D", full=900)],
    empty=Empty.PASS_ON,
)


@st.composite
def hollow(draw: st.DrawFn) -> FloatArray:
    """Draw shares of which many are missing, in a framework of few lines."""
    share = st.sampled_from([None, None, 0.25, 0.5, 0.8, 1.0])
    return make.table(*draw(st.lists(st.tuples(*[share] * 4), min_size=1, max_size=12)))


def nothing(_progress: float) -> None:
    """Take no notice of how much is done."""


def philox(seed: int) -> Iterator[int]:
    """Yield the outputs of Philox4x64-10 (Salmon et al. 2011) from counter 1 on, key *seed*."""
    block = 0
    while True:
        block += 1
        c, k = (block, 0, 0, 0), (seed, 0)
        for _ in range(10):
            first, second = 0xD2E7470EE14C6C93 * c[0], 0xCA5A826395121157 * c[2]
            c = (
                (second >> 64) ^ c[1] ^ k[0],
                second & MASK,
                (first >> 64) ^ c[3] ^ k[1],
                first & MASK,
            )
            k = (k[0] + 0x9E3779B97F4A7C15) & MASK, (k[1] + 0xBB67AE8584CAA73B) & MASK
        yield from c


def ranked(values: FloatArray) -> tuple[FloatArray, IntArray, IntArray]:
    """Score *values* under the laws' framework: shares, units, totals of the ranked in order."""
    sheet = scored(values)
    order = np.flatnonzero(~sheet.blocked)
    order = order[np.argsort(-sheet.totals[order], kind="stable")]
    return sheet.shares[order], sheet.units[order], sheet.totals[order]


def same(left: Places, right: Places) -> bool:
    """Say whether two answers are equal to the last digit."""
    return all(
        np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True)
        for name in vars(left)
    )


def drawn_total(
    framework: Framework, shares: FloatArray, units: IntArray, weights: list[Fraction]
) -> Fraction:
    """Weigh one applicant's lines by *weights*, which stand for the framework's maxima."""
    total, start = Fraction(0), 0
    nominal_passed = drawn_passed = nominal_all = Fraction(0)
    for dimension in framework.dimensions:
        lines = range(start, start := start + len(dimension.indicators))
        full = [each.full for each in framework.indicators]
        left = [
            at
            for at in lines
            if framework.indicators[at].missing is not Missing.SKIP or not np.isnan(shares[at])
        ]
        for at in left:
            nominal = Fraction(full[at] * sum(full[each] for each in lines)) / sum(
                full[each] for each in left
            )
            drawn = (
                weights[at]
                * sum(weights[each] for each in lines)
                / sum(weights[each] for each in left)
            )
            total += int(units[at]) * drawn / nominal
        nominal_all += sum(full[each] for each in lines)
        if left:
            nominal_passed += sum(full[each] for each in lines)
            drawn_passed += sum(weights[each] for each in lines)
    if framework.empty is Empty.PASS_ON and drawn_passed:
        total *= sum(weights) / drawn_passed * nominal_passed / nominal_all
    return total


@given(tables(), st.integers(0, 2**32 - 1), st.integers(1, 31))
@examples(25)
def test_weights_as_they_are_give_the_published_ranking(
    values: FloatArray, seed: int, first: int
) -> None:
    """To the last tie, whatever is missing and whichever rule holds for it."""
    shares, units, totals = ranked(values)
    published = rank(totals, np.zeros_like(totals), np.zeros(len(totals), np.bool_)).rank

    found = places(FRAMEWORK, shares, units, Draws(seed, 3, 0.0), first, nothing)

    for column in (found.low, found.median, found.high):
        assert column.tolist() == published.tolist()
    assert found.first.tolist() == (published <= first).tolist()
    assert found.beats_next[:-1].tolist() == (totals[:-1] > totals[1:]).tolist()
    assert np.isnan(found.beats_next[-1:]).all()


@given(tables(), st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.25, 1.0]))
@examples(15)
def test_places_are_those_of_exact_fractions(values: FloatArray, seed: int, band: float) -> None:
    """Every draw repeated from the seed by other means, every total without rounding."""
    shares, units, _ = ranked(values)
    require_exact(FRAMEWORK, shares, units, seed, band)


@given(hollow(), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.25, 1.0]))
@examples(25)
def test_so_they_are_where_empty_dimensions_pass_their_points_on(
    shares: FloatArray, seed: int, band: float
) -> None:
    earned = points(PASSING_ON, shares)
    order = np.argsort(-earned.totals, kind="stable")
    require_exact(PASSING_ON, shares[order], earned.units[order], seed, band)


def test_who_earns_all_there_is_ties_with_who_does_so_on_other_lines() -> None:
    """Their totals are the same in every draw, by quotients that are rounded apart."""
    shares = make.table((1.0, 1.0, 1.0, 1.0), (None, None, None, 1.0), (1.0, None, 1.0, 1.0))
    earned = points(PASSING_ON, shares)

    found = places(PASSING_ON, shares, earned.units, Draws(7, 500, 0.25), 1, nothing)

    assert found.high.tolist() == [1, 1, 1]
    assert found.first.tolist() == [1.0, 1.0, 1.0]
    assert found.beats_next[:-1].tolist() == [0.0, 0.0]


def require_exact(
    framework: Framework, shares: FloatArray, units: IntArray, seed: int, band: float
) -> None:
    """Require of 20 draws what exact fractions say."""
    number, width = 20, len(framework.indicators)
    raw = list(islice(philox(seed), number * width))
    totals: list[list[Fraction]] = []
    for draw in range(number):
        uniform = [(each >> 11) * 2.0**-53 for each in raw[draw * width : (draw + 1) * width]]
        factors = [max(round((1.0 + band * (2.0 * u - 1.0)) * 2.0**24), 1) for u in uniform]
        weights = [
            Fraction(factor * each.full, 2**24)
            for factor, each in zip(factors, framework.indicators, strict=True)
        ]
        totals.append(
            [drawn_total(framework, *row, weights) for row in zip(shares, units, strict=True)]
        )
    ranks = [[1 + sum(other > own for other in row) for own in row] for row in totals]
    by_applicant = [sorted(each) for each in zip(*ranks, strict=True)]

    found = places(framework, shares, units, Draws(seed, number, band), 2, nothing)

    assert found.low.tolist() == [each[0] for each in by_applicant]  # 5 % of 20 is one draw
    assert found.median.tolist() == [each[9] for each in by_applicant]
    assert found.high.tolist() == [each[18] for each in by_applicant]
    assert found.first.tolist() == [sum(r <= 2 for r in each) / number for each in by_applicant]
    beats = [sum(row[at] > row[at + 1] for row in totals) / number for at in range(len(units) - 1)]
    assert found.beats_next[:-1].tolist() == beats


def crowd(rows: int) -> tuple[FloatArray, IntArray]:
    """Give *rows* applicants whose places differ little, some of them equal."""
    chance = np.random.default_rng(5)
    units = chance.integers(400, 500, (rows, 5)) * np.array([1, 2, 3, 4, 5])
    units[1::7] = units[::7][: len(units[1::7])]
    units = units[np.argsort(-units.sum(axis=1), kind="stable")]
    return units / np.array([1_000, 2_000, 3_000, 4_000, 5_000]), units


@pytest.mark.parametrize("cells", [1, 40, 1_000])
def test_it_does_not_matter_how_many_are_drawn_at_a_time(
    monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    shares, units = crowd(40)
    whole = places(PLAIN, shares, units, Draws(1, 100, 0.25), 5, nothing)
    monkeypatch.setattr(sensitivity, "TOTALS", cells)

    assert same(places(PLAIN, shares, units, Draws(1, 100, 0.25), 5, nothing), whole)


@pytest.mark.parametrize("counts", [40, 200, 1_000])
def test_a_cohort_too_large_to_count_at_once_has_the_same_percentiles(
    monkeypatch: pytest.MonkeyPatch, counts: int
) -> None:
    shares, units = crowd(40)
    whole = places(PLAIN, shares, units, Draws(1, 100, 0.25), 5, nothing)
    monkeypatch.setattr(sensitivity, "COUNTS", counts)
    told: list[float] = []

    assert same(places(PLAIN, shares, units, Draws(1, 100, 0.25), 5, told.append), whole)
    assert told == sorted(told)
    assert told[-1] == 1


def test_an_answer_once_given_is_given_again() -> None:
    """By any later version: an auditor can ask for it by its seed."""
    found = places(PLAIN, *crowd(8), Draws(2026, 1_000, 0.25), 3, nothing)

    assert found.low.tolist() == [1, 2, 2, 2, 4, 6, 5, 7]
    assert found.median.tolist() == [1, 2, 2, 4, 5, 6, 7, 8]
    assert found.high.tolist() == [1, 3, 3, 5, 6, 7, 8, 8]
    assert found.first.tolist() == [1, 1, 1, 0.085, 0, 0, 0, 0]
    assert found.beats_next[:-1].tolist() == [0.969, 0, 0.915, 0.914, 0.998, 0.731, 0.807]


def test_equal_applicants_share_every_place() -> None:
    shares, units = np.full((3, 5), 0.5), np.tile([500, 1_000, 1_500, 2_000, 2_500], (3, 1))

    found = places(PLAIN, shares, units, Draws(1, 50, 1.0), 1, nothing)

    assert found.high.tolist() == [1, 1, 1]
    assert found.first.tolist() == [1, 1, 1]
    assert found.beats_next[:-1].tolist() == [0, 0]


def test_wider_bands_leave_less_sure() -> None:
    shares, units = crowd(30)

    spans = [
        (found.high - found.low).sum()
        for band in (0.0, 0.05, 0.25, 1.0)
        for found in [places(PLAIN, shares, units, Draws(1, 500, band), 5, nothing)]
    ]

    assert spans == sorted(set(spans))
    assert spans[0] == 0


def test_nobody_to_rank_is_no_error() -> None:
    found = places(
        PLAIN, np.empty((0, 5)), np.empty((0, 5), np.int64), Draws(1, 5, 0.5), 1, nothing
    )

    assert all(column.size == 0 for column in vars(found).values())


def test_whoever_is_told_can_stop_the_work() -> None:
    def stop(_progress: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        places(PLAIN, *crowd(8), Draws(1, 10, 0.25), 3, stop)


def test_where_a_dimension_passes_its_points_on_no_single_weight_is_looked_at() -> None:
    """Of such an applicant the total follows no weight in a straight line."""
    shares = np.array([[np.nan, 1.0, 0.9, 0.8], [0.5, 0.2, 0.8, 0.9], [0.3, 0.5, 0.4, 0.9]])
    lost = replace(PASSING_ON, empty=Empty.ZERO)

    passed_on, nominal = (
        swaps(each, shares, points(each, shares).units).indicator.tolist()
        for each in (PASSING_ON, lost)
    )

    assert (passed_on, nominal) == ([-1, 1], [1, 1])
