"""Equal as decimals means equal: under every derivation, every way to combine, every method."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.decimals import LARGEST, are_rounded, means, nearest, ratios, sums, written
from shared.scoring.derive import derive
from shared.scoring.framework import (
    Band,
    Derivation,
    Direction,
    Framework,
    MeasureType,
    Normalisation,
    Panel,
)
from shared.scoring.resolve import resolve
from shared.scoring.score import score
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import EXPERT, Report, examples
from tests.scoring import oracle

MIN_MAX = Normalisation("min_max")
PER_CENT = Derivation("ratio", (("A", 1.0),), "B", per=100.0)


def judged(panel: Panel, normalisation: Normalisation = MIN_MAX) -> Framework:
    """Make a framework of one line, which a panel marks."""
    measure = make.measure("A", type=MeasureType.MARK, reported_by=(EXPERT,), panel=panel)
    return make.framework([make.indicator("A", normalisation)], measures=[measure])


def derived_from(derivation: Derivation, normalisation: Normalisation = MIN_MAX) -> Framework:
    """Make a framework of one line with that derivation."""
    return make.framework([make.indicator("X", normalisation, derivation=derivation)])


def earned(framework: Framework, *said: Sequence[float]) -> list[float]:
    """Give the shares of applicants, each with its marks of A, or values of A, B, … in order."""
    codes = framework.measure_codes
    panel = framework.measures[codes[0]].panel is not None
    rows = [
        Report(applicant, "A", value, EXPERT) if panel else Report(applicant, code, value)
        for applicant, values in enumerate(said)
        for code, value in zip([codes[0]] * len(values) if panel else codes, values, strict=True)
    ]
    evidence = make.evidence(framework, make.reports(*rows))
    derived = derive(framework, resolve(framework, evidence, len(said)))
    cohort = np.zeros(len(said), np.int64)
    shares: list[float] = (
        score(framework, derived.values, derived.flags, cohort).shares[:, 0].tolist()
    )
    return shares


@pytest.mark.parametrize("combine", ["mean", "median", "trimmed_mean"])
def test_panels_whose_marks_have_one_mean_tie(combine: str) -> None:
    """In doubles the first mean is 81.69999999999999: under min_max 0 against 100 points."""
    assert earned(judged(Panel(combine)), (81.6, 81.8), (81.7, 81.7)) == [1.0, 1.0]


def test_a_column_of_equal_sums_is_flat() -> None:
    framework = derived_from(make.total(A=1.0, B=1.0))

    assert earned(framework, (0.1, 0.2), (0.3, 0.0), (0.2, 0.1)) == [1.0, 1.0, 1.0]


def test_a_sum_that_nearly_cancels_keeps_its_decimals() -> None:
    framework = derived_from(make.total(A=1.0, B=1.0))

    assert earned(framework, (1_000_000.3, -1_000_000.1), (0.1, 0.1)) == [1.0, 1.0]


def test_a_ratio_of_58_to_100_is_in_the_band_from_58() -> None:
    bands = Normalisation("steps", bands=(Band(None, 0.0), Band(58.0, 1.0)))

    assert earned(derived_from(PER_CENT, bands), (58.0, 100.0)) == [1.0]


@pytest.mark.parametrize("edge", [55.0, 7.0, 14.0, 28.0, 56.0])
def test_what_just_reaches_an_edge_that_is_not_included_is_below_it(edge: float) -> None:
    bands = (Band(None, 0.0), Band(edge, 1.0, inclusive=False))

    assert earned(derived_from(PER_CENT, Normalisation("steps", bands=bands)), (edge, 100.0)) == [0]


def test_what_just_reaches_the_cap_is_not_cut() -> None:
    framework = derived_from(make.total(cap=0.3, A=1.0, B=1.0))
    said = make.reports(Report(0, "A", 0.1), Report(0, "B", 0.2))

    found = derive(framework, resolve(framework, make.evidence(framework, said), 1))

    assert (found.values.item(), found.flags.item()) == (0.3, 0)


DECIMALS = st.builds(
    lambda digits, places: float(f"{digits}e-{places}"),
    st.integers(0, 999) | st.integers(0, 10**15 - 1),
    st.integers(0, 4) | st.integers(0, 15),
)
SIGNED = DECIMALS | DECIMALS.map(lambda value: 0.0 - value)
FEW = st.integers(-30, 60).map(lambda tenths: tenths / 10)
WEIGHTS = st.sampled_from([0.1, 0.3, 0.7, 1.0, 2.0, 1.5])


@given(st.lists(st.tuples(SIGNED | FEW, SIGNED | FEW), min_size=1, max_size=20), WEIGHTS, WEIGHTS)
@examples(150)
def test_sums_and_ratios_are_those_of_decimals(
    rows: list[tuple[float, float]], weight: float, other: float
) -> None:
    a, b = (np.array(column) for column in zip(*rows, strict=True))

    total, ratio = sums([a, b], [weight, other]), ratios(a, b, weight)

    for at, (x, y) in enumerate(tuple(map(oracle.decimal, row)) for row in rows):
        exact = oracle.decimal(weight) * x + oracle.decimal(other) * y
        assert Fraction(total[at]) == oracle.rounded(exact)
        if y == 0:
            assert math.isnan(ratio[at])
        else:
            assert Fraction(ratio[at]) == oracle.rounded(x / y * oracle.decimal(weight))


@given(st.lists(st.lists(SIGNED | FEW, min_size=1, max_size=9), min_size=1, max_size=9))
@examples(100)
def test_means_are_those_of_decimals(panels: list[list[float]]) -> None:
    count = np.array([len(each) for each in panels])
    marks = np.array([mark for each in panels for mark in each])

    found = means(marks, np.cumsum(count) - count, count)

    for mean, panel in zip(found.tolist(), panels, strict=True):
        exact = sum(map(oracle.decimal, panel), Fraction()) / len(panel)
        assert Fraction(mean) == oracle.rounded(exact)


@pytest.mark.parametrize(
    ("exact", "double"),
    [
        (Fraction(1, 3), 0.333333333333333),
        (Fraction(10**15 * 2 + 1, 10**15 * 20), 0.1),
        (Fraction(1234567890123445, 10**15), 1.23456789012344),
        (Fraction(1234567890123455, 10**15), 1.23456789012346),
        (Fraction(-0.0), 0.0),
        (Fraction(10) ** 400, LARGEST),
        (-(Fraction(10) ** 400), -LARGEST),
        (Fraction(5, 10**324), 5e-324),
        (Fraction(-1, 10**400), 0.0),
    ],
)
def test_a_result_is_rounded_once_a_half_to_the_even_digit(exact: Fraction, double: float) -> None:
    found = nearest(exact)

    assert (found, math.copysign(1.0, found)) == (double, math.copysign(1.0, double))
    assert written(found) == oracle.decimal(found)


def test_what_cannot_be_computed_with_doubled_digits_is_computed_in_fractions() -> None:
    a = np.array([1e308, 5e-324, 1e-9, 123456789012345.0, 0.5, -0.5])
    b = np.array([1e308, 5e-324, 2e-9, 987654321098765.0, -0.5, 0.5])

    assert sums([a, b], [1.0, 1.0]).tolist() == [LARGEST, 1e-323, 3e-9, 1111111110111110.0, 0, 0]
    assert ratios(a, b, 1.0).tolist() == [1.0, 1.0, 0.5, 0.124999998860937, -1.0, -1.0]
    assert ratios(b, a, 1e-300).tolist()[:3] == [1e-300, 1e-300, 2e-300]
    assert means(
        np.array([1e308, 1e308, 5e-324, 5e-324]), np.array([0, 2]), np.array([2, 2])
    ).tolist() == [1e308, 5e-324]
    assert not np.signbit(sums([np.array([-0.0])], [1.0])).any()
    assert not np.signbit(ratios(np.array([-0.0, 0.0]), np.array([3.0, -3.0]), 0.7)).any()


def test_missing_stays_missing() -> None:
    known, missing = np.array([1.5, 3.0]), np.array([np.nan, 2.0])

    np.testing.assert_array_equal(ratios(known, missing, 1.0), [np.nan, 1.5])
    np.testing.assert_array_equal(ratios(missing, known, 1.0), [np.nan, 0.666666666666667])
    np.testing.assert_array_equal(sums([known, missing], [1.0, 0.5]), [1.5, 4.0])


@given(st.lists(st.floats(allow_infinity=False) | SIGNED, max_size=20))
@examples(100)
def test_what_is_rounded_already_is_known(values: list[float]) -> None:
    expected = [math.isnan(each) or float(f"{each:.15g}") == each for each in values]

    assert are_rounded(np.array(values)).tolist() == expected


BANDS = (Band(None, 0.0), Band(0.3, 0.4), Band(1.7, 0.6, inclusive=False), Band(2.9, 1.0))
RULES = [
    rule
    for direction in Direction
    for rule in (
        Normalisation("target", direction, floor=0.1, target=4.3),
        Normalisation("target", direction, floor=0.1, target=4.3, step=0.7),
        Normalisation("best", direction),
        Normalisation("min_max", direction),
        Normalisation("min_max", direction, base=0.6),
        Normalisation("percent_rank", direction),
        Normalisation("z_score", direction, within=1.5),
    )
] + [Normalisation("steps", bands=BANDS)]
PANELS = [Panel(), Panel("median"), Panel("trimmed_mean"), Panel("trimmed_mean", trim=2)]
DERIVATIONS = [
    make.value("A"),
    make.total(A=1.0, B=1.0),
    make.total(A=0.3, B=0.1, cap=2.9),
    Derivation("ratio", (("A", 1.0),), "B", per=0.7),
    Derivation("ratio", (("A", 1.0),), "B", per=100.0, cap=58.0),
]
VALUED = st.integers(0, 60).map(lambda tenths: tenths / 10) | DECIMALS


def values_of(framework: Framework, said: Sequence[Sequence[float]]) -> list[Fraction | None]:
    """Give each applicant's raw value by the second opinion."""
    values = []
    for each in said:
        codes = framework.measure_codes
        first = framework.measures[codes[0]]
        if first.panel is not None:
            rows = make.reports(*(Report(0, "A", mark, EXPERT) for mark in each))
            measured = {"A": oracle.resolve(first, rows)[0]}
        else:
            measured = {
                code: oracle.decimal(value) for code, value in zip(codes, each, strict=True)
            }
        values.append(oracle.derive(framework.indicators[0].derivation, measured))
    return values


def agrees(framework: Framework, said: Sequence[Sequence[float]]) -> None:
    """Require equal shares for equal values, no less for more, and what the oracle says."""
    rule = framework.indicators[0].normalisation
    values, shares = values_of(framework, said), earned(framework, *said)
    known = [(x, share) for x, share in zip(values, shares, strict=True) if x is not None]
    assert len(known) == sum(not math.isnan(share) for share in shares)
    known.sort(key=lambda pair: pair[0])
    turn = 1 if rule.direction is Direction.HIGHER else -1
    for (x, one), (y, other) in pairwise(known):
        assert one == other if x == y else turn * (other - one) >= -1e-12
    for expected, share in zip(oracle.shares(rule, values), shares, strict=True):
        if expected is not None:
            assert share == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


@given(st.sampled_from(DERIVATIONS), st.sampled_from(RULES), st.data())
@examples(300)
def test_equal_decimals_earn_equal_shares_and_more_never_less(
    derivation: Derivation, rule: Normalisation, data: st.DataObject
) -> None:
    row = st.tuples(*[VALUED] * len(derivation.measures))
    said = data.draw(st.lists(row, min_size=1, max_size=8))
    # Once more in other terms: doubled, or with the parts exchanged.
    again = [tuple(reversed(row)) if derivation.kind == "sum" else row for row in said]
    if derivation.kind == "ratio":
        again = [
            tuple(float(oracle.rounded(oracle.decimal(each) * 2)) for each in row) for row in said
        ]
    agrees(derived_from(derivation, rule), [*said, *again])


@given(
    st.sampled_from(PANELS),
    st.sampled_from(RULES),
    st.lists(st.lists(VALUED, min_size=1, max_size=6), min_size=1, max_size=4),
)
@examples(300)
def test_equal_panels_earn_equal_shares_and_more_never_less(
    panel: Panel, rule: Normalisation, said: list[list[float]]
) -> None:
    # Once more: two experts who both give the mean of each panel's marks.
    means = (sum(map(oracle.decimal, each), Fraction()) / len(each) for each in said)
    agrees(judged(panel, rule), [*said, *([float(oracle.rounded(each))] * 2 for each in means)])
