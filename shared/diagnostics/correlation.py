"""correlation: how alike two indicators, or an indicator and the total, order the applicants."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shared.scoring.arrays import BoolArray, FloatArray, IntArray, runs

REDUNDANT = 0.95
"""The rank correlation, of either sign, from which on two indicators say the same twice."""

ENOUGH = 8
"""How many applicants must have both indicators: fewer agree by chance."""

AT_ONCE = 2**19
"""So many numbers, applicants x pairs of indicators, numpy is given at a time: a few MB."""


@dataclass(frozen=True, slots=True)
class Redundancy:
    """Two indicators, by position, that order *applicants* (almost) alike, or the other way."""

    first: int
    second: int
    correlation: float
    applicants: int


def rank_correlation(first: IntArray, second: IntArray) -> float | None:
    """Return Spearman's rank correlation: that of the ranks, ties by the average of theirs.

    Both have shape (applicants,) and hold levels: whole numbers from 0, ordered as the values are,
    equal where they are equal. None where either has one level alone, or nobody is there. The sums
    are exact for up to 2**21 applicants, so the result depends neither on an order nor a machine,
    and is never beyond 1.

    Source: Kendall, Rank Correlation Methods (1948), the form with ties.
    """
    one, other = _centred_ranks(first), _centred_ranks(second)
    spread = int(one @ one) * int(other @ other)
    return int(one @ other) / math.sqrt(spread) if spread else None


def levels(values: FloatArray | IntArray) -> IntArray:
    """Give each of *values*, of shape (applicants,), its place among the distinct ones, from 0."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64, copy=False)


def _centred_ranks(levels: IntArray) -> IntArray:
    """Give twice the average rank's distance from the mean of all ranks: a whole number."""
    count = np.bincount(levels)
    centred: IntArray = 2 * np.cumsum(count) - count - levels.size
    return centred[levels]


def redundancies(order: Sequence[IntArray], known: BoolArray) -> Iterator[Redundancy]:
    """Yield the redundant pairs, in order of the first indicator, then of the second.

    *order* are the levels of each indicator, of shape (applicants,), and *known*, of shape
    (applicants, indicators), says who has a value. A pair is compared over who has both, so the
    ranks differ from pair to pair; numpy takes a block of pairs at a time. Up to 300 000 applicants
    the correlations are those of `rank_correlation` to the last digit: the sums are whole numbers
    below 2**53.
    """
    size = max(1, math.isqrt(AT_ONCE // max(1, len(known))))
    columns = [_Column.of(*each) for each in zip(order, known.T, strict=True)]
    blocks = [slice(at, at + size) for at in range(0, len(columns), size)]
    for at, firsts in enumerate(blocks):
        found = [pair for each in blocks[at:] for pair in _among(columns, known, firsts, each)]
        for pair in sorted(found):
            yield Redundancy(*pair)


@dataclass(frozen=True, slots=True)
class _Column:
    """The *rows* of an indicator that have a value, in order of it.

    *begins* says where in them each level begins, and *level* to which each row belongs.
    """

    rows: IntArray
    begins: IntArray
    level: IntArray

    @classmethod
    def of(cls, order: IntArray, known: BoolArray) -> "_Column":
        rows = np.flatnonzero(known)
        rows = rows[np.argsort(order[rows], kind="stable")]
        begins, lengths = runs(order[rows])
        return cls(rows, begins, np.repeat(np.arange(begins.size), lengths))

    def centred_ranks(self, others: BoolArray) -> FloatArray:
        """Rank who has a value of this indicator and of each of *others*, (applicants, others).

        Twice the average rank's distance from the mean of all ranks, as whole numbers of the same
        shape: how many stand below, less how many stand above. 0 for who lacks one of both.
        """
        centred = np.zeros(others.shape)
        if self.rows.size:
            present = others[self.rows]
            count = np.add.reduceat(present, self.begins, axis=0, dtype=np.float64)
            below = count.cumsum(axis=0)
            middle = 2 * below - count - below[-1]
            centred[self.rows] = np.where(present, middle[self.level], 0.0)
        return centred


def _among(
    columns: Sequence[_Column], known: BoolArray, firsts: slice, seconds: slice
) -> Iterator[tuple[int, int, float, int]]:
    """Yield what makes a `Redundancy` of one of *firsts* and a later one of *seconds*."""
    one = np.stack([each.centred_ranks(known[:, seconds]) for each in columns[firsts]])
    other = np.stack([each.centred_ranks(known[:, firsts]) for each in columns[seconds]])
    other = np.ascontiguousarray(other.transpose(2, 1, 0))  # firsts, applicants, seconds: as one
    spread = _products(one, one) * _products(other, other)
    correlation = _products(one, other) / np.sqrt(np.where(spread > 0, spread, np.inf))
    present = known.astype(np.float64)
    applicants = present[:, firsts].T @ present[:, seconds]
    redundant = (applicants >= ENOUGH) & (np.abs(correlation) >= REDUNDANT)
    for first, second in np.argwhere(redundant).tolist():
        pair = firsts.start + first, seconds.start + second
        if pair[0] < pair[1]:
            yield *pair, float(correlation[first, second]), int(applicants[first, second])


def _products(one: FloatArray, other: FloatArray) -> FloatArray:
    """Add up the applicants' products, of (firsts, applicants, seconds)."""
    sums: FloatArray = np.einsum("far,far->fr", one, other)
    return sums
