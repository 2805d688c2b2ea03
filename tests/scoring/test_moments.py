"""The mean and the deviation of a z-score, done by hand as docs/methods.md has it."""

import math
from fractions import Fraction
from random import Random

import pytest

from shared.explanations.lines import from_cohort
from shared.scoring import scales
from shared.scoring.framework import Normalisation
from tests.fixtures import frameworks as make


def by_hand(values: list[float]) -> tuple[float, float]:
    """Give the mean and deviation of the positions, by sums of whole numbers alone."""
    n, worst, best = len(values), min(values), max(values)
    digits = min(52, 62 - n.bit_length())
    positions = [(x - worst) / (best - worst) for x in values]
    a = sum(round(Fraction(p) * 2**digits) for p in positions)
    b = sum(round(Fraction(p * p) * 2**digits) for p in positions)
    variance = (n * b * 2**digits - a * a) / (n * (n - 1) * 2 ** (2 * digits))
    return a / (n * 2**digits), math.sqrt(variance)


@pytest.mark.parametrize("size", [2, 3, 17, 1_023, 1_024, 5_000])
def test_a_stranger_can_repeat_them_to_the_last_digit(size: int) -> None:
    chance = Random(size)
    values = [chance.randrange(10_000) / 10 for _ in range(size)]

    given = from_cohort(Normalisation("z_score"), make.column(*values), values[0])

    assert (given["mean_position"], given["deviation_position"]) == by_hand(values)


@pytest.mark.parametrize("size", [2, 3, 10, 400])
def test_nothing_is_clipped_within_n_less_1_by_the_root_of_n_deviations(size: int) -> None:
    """Nobody is further from the mean than who is alone beside equals."""
    values, reach = make.column(*[0.0] * (size - 1), 7.0), (size - 1) / math.sqrt(size)

    wide, narrow = (scales.z_score(values, reach * factor).shares for factor in (1.01, 0.99))

    assert wide[-1] == pytest.approx(0.5 + 0.5 / 1.01)
    assert narrow[-1] == 1.0
