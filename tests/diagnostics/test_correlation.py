"""Redundant pairs: what numpy finds block by block is what comparing pair after pair finds."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diagnostics import correlation
from shared.diagnostics.correlation import (
    ENOUGH,
    REDUNDANT,
    Redundancy,
    levels,
    rank_correlation,
    redundancies,
)
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from tests.fixtures.frameworks import examples


def one_by_one(order: list[IntArray], known: BoolArray) -> Iterator[Redundancy]:
    """Compare every pair by itself, as slowly as that is."""
    for first, second in combinations(range(len(order)), 2):
        both = known[:, first] & known[:, second]
        applicants = int(both.sum())
        if applicants >= ENOUGH:
            found = rank_correlation(order[first][both], order[second][both])
            if found is not None and abs(found) >= REDUNDANT:
                yield Redundancy(first, second, found, applicants)


@st.composite
def columns_alike(draw: st.DrawFn) -> FloatArray:
    """Draw indicators of which many order almost alike, with ties and gaps."""
    applicants, indicators = draw(st.integers(0, 40)), draw(st.integers(1, 9))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    distinct = draw(st.sampled_from([1, 3, 12, 1000]))
    base = random.integers(0, distinct, (applicants, 1))
    noise = random.random((applicants, indicators)) < draw(st.sampled_from([0.0, 0.02, 0.1, 1.0]))
    other = random.integers(0, distinct, noise.shape)
    values: FloatArray = np.where(noise, other, base).astype(float) * random.choice(
        [-1, 1], indicators
    )
    values[random.random(values.shape) < draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))] = np.nan
    return values


@pytest.mark.parametrize("at_once", [1, 150, correlation.AT_ONCE])
@given(values=columns_alike())
@examples(150)
def test_pairs_are_found_as_if_compared_one_by_one(at_once: int, values: FloatArray) -> None:
    """To the last digit, in the same order, whatever the size of a block."""
    known = ~np.isnan(values)
    order = [levels(column) for column in values.T]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(correlation, "AT_ONCE", at_once)
        found = list(redundancies(order, known))

    assert found == list(one_by_one(order, known))


def test_what_is_not_redundant_never_comes_back_from_numpy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Millions of pairs are compared where a framework has thousands of indicators."""

    def refuse(*_: IntArray) -> float:
        raise AssertionError("a pair is compared by itself")

    values = np.random.default_rng(1).random((40, 60))
    values[:, 7] = values[:, 50]
    order = [levels(column) for column in values.T]
    monkeypatch.setattr(correlation, "rank_correlation", refuse)

    assert list(redundancies(order, ~np.isnan(values))) == [Redundancy(7, 50, 1.0, 40)]
