"""The least change of one weight that swaps neighbours, against brute force."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework, Missing, Normalisation
from shared.sensitivity.swaps import swaps
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples
from tests.sensitivity.test_draws import PLAIN, crowd


def lead_after(framework: Framework, units: IntArray, column: int, change: int) -> Fraction:
    """Return by how much the first of two rows leads after a change of one weight."""
    full = [each.full for each in framework.indicators]
    rest = Fraction(sum(full) - full[column] - change, sum(full) - full[column])
    return sum(
        (
            int(units[0, at] - units[1, at])
            * (Fraction(full[at] + change, full[at]) if at == column else rest)
            for at in range(len(full))
        ),
        Fraction(0),
    )


def by_brute_force(framework: Framework, units: IntArray) -> tuple[int, int]:
    """Try every change of every weight, the least first."""
    full = [each.full for each in framework.indicators]
    if lead_after(framework, units, 0, 0) == 0:
        return -1, 0
    for size in range(1, sum(full) + 1):
        for column in range(len(full)):
            for change in (size, -size):
                fits = 0 <= full[column] + change <= sum(full)
                if fits and lead_after(framework, units, column, change) < 0:
                    return column, change
    return -1, 0


@given(st.lists(st.lists(st.integers(0, 10), min_size=3, max_size=3), min_size=2, max_size=5))
@examples(60)
def test_a_swap_is_the_least_change_that_any_trial_finds(marks: list[list[int]]) -> None:
    full = [10, 20, 30]
    framework = make.framework([make.indicator(f"I{each}", full=each) for each in full])
    units = np.array(marks) * [1, 2, 3]
    units = units[np.argsort(-units.sum(axis=1), kind="stable")]

    found = swaps(framework, units / full, units)

    assert list(zip(found.indicator.tolist(), found.change.tolist(), strict=True)) == [
        by_brute_force(framework, units[at : at + 2]) for at in range(len(units) - 1)
    ]


def test_a_swap_is_exact_however_fine_the_points() -> None:
    """Products that 64 bits do not hold are no reason for another answer."""
    shares, units = crowd(12)
    fine = make.framework([replace(each, full=each.full * 10**6) for each in PLAIN.indicators])

    coarse, found = swaps(PLAIN, shares, units), swaps(fine, shares, units * 10**6)

    assert found.indicator.tolist() == coarse.indicator.tolist()
    assert np.all(np.abs(found.change) <= 10**6 * np.abs(coarse.change))
    assert np.all(np.abs(found.change) > 10**6 * (np.abs(coarse.change) - 1))


def test_pairs_are_looked_at_in_parts_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    shares, units = crowd(20)
    whole = swaps(PLAIN, shares, units)
    monkeypatch.setattr("shared.sensitivity.swaps.PAIRS", 3)

    found = swaps(PLAIN, shares, units)

    assert found.indicator.tolist() == whole.indicator.tolist()
    assert found.change.tolist() == whole.change.tolist()


def test_who_leads_everywhere_is_passed_by_no_single_weight() -> None:
    units = np.array([[500, 1_000, 1_500, 2_000, 2_500], [400, 900, 1_400, 1_900, 2_400]])

    assert swaps(PLAIN, units / 5_000, units).indicator.tolist() == [-1]


def test_a_dimension_with_skipped_lines_is_left_aside() -> None:
    """There the total does not follow a weight in a straight line; elsewhere it does."""
    rule, skip = Normalisation("best"), Missing.SKIP
    framework = make.framework(
        [make.indicator(code, rule, full=100, missing=skip) for code in ("A1", "A2")],
        [make.indicator(code, rule, full=100) for code in ("B1", "B2")],
    )
    shares = np.array([[0.9, np.nan, 0.9, 0.1], [0.8, 0.8, 0.1, 0.8]])
    units = np.array([[180, 0, 90, 10], [80, 80, 10, 80]])

    found = swaps(framework, shares, units)

    assert found.indicator.tolist() == [3]
    assert lead_after(framework, units, 3, found.change[0].item()) < 0
    assert lead_after(framework, units, 3, found.change[0].item() - 1) >= 0
