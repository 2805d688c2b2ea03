"""Spearman's rank correlation, against its definition in fractions."""

import math
from collections.abc import Sequence
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diagnostics.correlation import levels, rank_correlation
from tests.fixtures import frameworks as make
from tests.fixtures.frameworks import examples


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Correlate two columns without gaps."""
    return rank_correlation(levels(make.column(*first)), levels(make.column(*second)))


def average_ranks(values: Sequence[float]) -> list[Fraction]:
    """Count who is below, and half of who ties."""
    return [
        sum((Fraction(each < own) + Fraction(each == own, 2) for each in values), Fraction(1, 2))
        for own in values
    ]


def pearson(first: Sequence[Fraction], second: Sequence[Fraction]) -> float | None:
    """Correlate by the definition; only the root is no fraction."""
    n = len(first)
    if n == 0:
        return None
    a = [each - sum(first) / n for each in first]
    b = [each - sum(second) / n for each in second]
    spread = sum((x * x for x in a), Fraction(0)) * sum((y * y for y in b), Fraction(0))
    if spread == 0:
        return None
    return float(sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))) / math.sqrt(spread)


PAIRS = st.lists(
    st.tuples(st.integers(0, 4).map(float) | st.floats(-1e9, 1e9), st.integers(0, 4).map(float)),
    max_size=40,
)


@given(PAIRS)
@examples(150)
def test_rank_correlation_agrees_with_the_definition(pairs: list[tuple[float, float]]) -> None:
    """Ties have the average of their ranks; Pearson's correlation of ranks, in fractions."""
    first, second = [x for x, _ in pairs], [y for _, y in pairs]

    found = correlation(first, second)
    expected = pearson(average_ranks(first), average_ranks(second))

    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found == pytest.approx(expected, rel=1e-14, abs=1e-15)


@given(PAIRS, st.randoms(use_true_random=False))
@examples(60)
def test_rank_correlation_is_within_1_and_knows_no_order_unit_or_side(
    pairs: list[tuple[float, float]], chance: Random
) -> None:
    """To the last digit: the sums are whole numbers."""
    first, second = [x for x, _ in pairs], [y for _, y in pairs]
    found = correlation(first, second)
    shuffled = chance.sample(pairs, len(pairs))

    assert correlation([x for x, _ in shuffled], [y for _, y in shuffled]) == found
    assert correlation(second, first) == found
    assert correlation([math.atan(x) for x in second], first) == found
    turned = correlation([-x for x in first], second)
    assert turned == (None if found is None else -found)
    assert found is None or -1.0 <= found <= 1.0
    assert correlation(first, first) in {None, 1.0}
