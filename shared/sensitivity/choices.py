"""choices: what the ranking would be, had the framework been made otherwise.

Each choice is scored by the same rules as the framework itself, and compared with the published
ranking. What other weights do is in `sensitivity.py`.

Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7, "Uncertainty and
sensitivity analysis": the average shift in rank, and one input changed at a time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.framework import (
    Category,
    Direction,
    Framework,
    Indicator,
    Missing,
    Normalisation,
)
from shared.scoring.normalise import normalise
from shared.scoring.points import points
from shared.scoring.rank import rank
from shared.sensitivity.draws import Report

NORMALISATIONS = "best", "min_max", "percent_rank", "z_score"
"""The ways of normalising that need nothing but the values."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How far one choice moves ranks: on average, at most, and whom, a row, from where to where.

    *choice* is normalise, leave_out or missing; *value* the method, the indicator or the rule. Of
    several that move as far the first row counts; where nobody moves, these three are None.
    """

    choice: str
    value: str
    mean: float
    greatest: int
    row: int | None
    before: int | None
    after: int | None


def shifts(
    framework: Framework,
    values: FloatArray,
    shares: FloatArray,
    blocked: BoolArray,
    report: Report,
) -> list[Shift]:
    """Score one cohort under each choice and say who moves how far.

    *values* and *shares* have shape (applicants, indicators), NaN where missing; who is *blocked*
    counts in the cohort's scales and has no rank, whatever the choice. The choices are:

    - normalise: the method for every indicator to which it can apply. Grades keep their own, and
      so do steps that neither rise nor fall throughout; who has the method keeps its parameters;
    - leave_out: without one indicator, if there are two;
    - missing: zero, a missing line earns nothing and gives nothing to others; median, it has the
      median share of those in the cohort who have one.

    The result is in order of mean shift, then the greatest, the farthest first.
    """
    together = np.zeros(len(blocked), np.int64)
    nominal = _ranks(framework, shares, blocked)
    alternatives = list(_alternatives(framework))
    found = []
    for number, (choice, value, changed) in enumerate(alternatives, 1):
        if choice == "normalise":
            chosen = normalise(changed, values, together).shares
        elif choice == "leave_out":
            codes = [each.code for each in framework.indicators]
            chosen = np.delete(shares, codes.index(value), axis=1)
        else:
            chosen = _filled(shares) if value == "median" else shares
        found.append(_shift(choice, value, nominal, _ranks(changed, chosen, blocked)))
        report(number / len(alternatives))
    return sorted(found, key=lambda each: (-each.mean, -each.greatest))


def _ranks(framework: Framework, shares: FloatArray, blocked: BoolArray) -> IntArray:
    return rank(points(framework, shares).totals, np.zeros(len(blocked), np.int64), blocked).rank


def _shift(choice: str, value: str, nominal: IntArray, chosen: IntArray) -> Shift:
    moved = np.abs(chosen - nominal)  # who is not ranked has rank 0 in both
    greatest = int(moved.max(initial=0))
    if greatest == 0:
        return Shift(choice, value, 0.0, 0, None, None, None)
    row = int(moved.argmax())
    mean = int(moved.sum()) / int(np.count_nonzero(nominal))
    return Shift(choice, value, mean, greatest, row, int(nominal[row]), int(chosen[row]))


def _alternatives(framework: Framework) -> Iterator[tuple[str, str, Framework]]:
    """Yield every choice with the framework that it makes."""
    for method in NORMALISATIONS:
        yield "normalise", method, _each(framework, partial(_normalised, method=method))
    if len(framework.indicators) > 1:
        for left in framework.indicators:
            yield "leave_out", left.code, _each(framework, partial(_unless, code=left.code))
    yield "missing", "zero", _each(framework, partial(replace, missing=Missing.ZERO))
    yield "missing", "median", framework


def _each(framework: Framework, change: Callable[[Indicator], Indicator | None]) -> Framework:
    """Return the framework with every indicator changed, or left out, and so no empty dimension."""
    dimensions = []
    for dimension in framework.dimensions:
        kept = tuple(made for each in dimension.indicators if (made := change(each)) is not None)
        if kept:
            dimensions.append(replace(dimension, categories=(Category(dimension.name, kept),)))
    full = sum(dimension.full for dimension in dimensions)
    return replace(framework, full=full, dimensions=tuple(dimensions))


def _unless(indicator: Indicator, code: str) -> Indicator | None:
    return None if indicator.code == code else indicator


def _normalised(indicator: Indicator, method: str) -> Indicator:
    rule = indicator.normalisation
    direction = _direction(rule)
    if direction is None or rule.method == method:
        return indicator
    return replace(indicator, normalisation=Normalisation(method, direction))


def _direction(rule: Normalisation) -> Direction | None:
    """Say which way is better; None where values have no such order."""
    if rule.method == "grades":
        return None
    if rule.method != "steps":
        return rule.direction
    ladder = [band.share for band in rule.bands]
    if ladder == sorted(ladder):
        return Direction.HIGHER
    return Direction.LOWER if ladder == sorted(ladder, reverse=True) else None


def _filled(shares: FloatArray) -> FloatArray:
    """Put the median share of those who have one where it is missing; nobody's stays missing."""
    filled = shares.copy()
    for column in filled.T:
        missing = np.isnan(column)
        if missing.any() and not missing.all():
            column[missing] = np.median(column[~missing])
    return filled
