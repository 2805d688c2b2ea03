"""swaps: the least change of one weight that puts an applicant before the one above it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.framework import Framework
from shared.scoring.points import skipped_lines
from shared.sensitivity.draws import passed_on

PAIRS = 4096
"""Pairs looked at together; bounds what is held in memory for them."""

EXACT_BITS = 21
"""Of full points with so many bits, products of three weights fit into 64 bits."""


@dataclass(frozen=True)
class Swaps:
    """Of each row and the next, the least change of one weight that swaps them: shape (rows - 1,).

    *indicator* is its position, -1 where there is none; *change* is in units of the precision.
    """

    indicator: IntArray
    change: IntArray


def swaps(framework: Framework, shares: FloatArray, units: IntArray) -> Swaps:
    """Find what swaps neighbours.

    *shares* (NaN where missing) and *units* have shape (applicants, indicators), in order of place.
    A weight w of all W changes by d, the others by the factor (W - w - d) / (W - w). With the lead
    D of the upper row, and A of it in this indicator, both tie at d = D · w · (W - w) / (D · w -
    A · W); the next whole unit beyond swaps them, if the weight then lies in 0 … W. The least such
    change counts, of equal ones that of the first indicator. Neighbours that tie have none. An
    indicator is left aside for a pair of which one has skipped lines in its dimension, since there
    totals do not follow weights in a straight line; all are where a dimension passes its points on.
    All is exact.
    """
    missing = np.isnan(shares)
    bent = np.zeros(shares.shape, np.bool_)
    for span, skipped in skipped_lines(framework, missing):
        bent[:, span] = skipped.any(axis=1, keepdims=True)
    bent[passed_on(framework, missing).any(axis=1)] = True
    indicator = np.full(max(len(units) - 1, 0), -1)
    change = np.zeros_like(indicator)
    for start in range(0, indicator.size, PAIRS):
        rows = slice(start, start + PAIRS + 1)
        ahead = units[rows][:-1] - units[rows][1:]
        straight = ~(bent[rows][:-1] | bent[rows][1:])
        pairs = slice(start, start + PAIRS)
        indicator[pairs], change[pairs] = _least(framework, ahead, straight)
    return Swaps(indicator, change)


def _least(framework: Framework, ahead: IntArray, straight: BoolArray) -> tuple[IntArray, IntArray]:
    """Return indicator and change by pair; *ahead* is by how much the upper one leads by line."""
    whole = sum(each.full for each in framework.indicators)
    number: Any = np.int64 if whole.bit_length() <= EXACT_BITS else np.object_  # Python's integers
    weight = np.array([each.full for each in framework.indicators], number)
    lines = ahead.astype(number)
    lead = lines.sum(axis=1, keepdims=True)
    slope = lead * weight - lines * whole
    size = lead * weight * (whole - weight) // np.where(slope == 0, 1, abs(slope)) + 1
    change = np.where(slope > 0, size, -size)
    inside = (weight + change >= 0) & (weight + change <= whole) & (weight < whole)
    possible = straight & (lead > 0) & (slope != 0) & inside
    nearest = np.where(possible, size, whole + 1).argmin(axis=1)[:, None]
    found = np.take_along_axis(possible, nearest, axis=1)
    least = np.where(found, np.take_along_axis(change, nearest, axis=1), 0)
    return np.where(found, nearest, -1)[:, 0], least[:, 0].astype(np.int64)
