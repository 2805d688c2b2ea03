"""diagnostics: how the indicators of a scored round behave, cohort by cohort.

Nothing here changes a score. Source: OECD/JRC, Handbook on Constructing Composite Indicators
(2008), steps 4 ("multivariate analysis") and 7 ("uncertainty and sensitivity analysis").
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from shared.diagnostics.correlation import Redundancy, levels, rank_correlation, redundancies
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.framework import Direction, Framework
from shared.scoring.normalise import normalise

MOST_REDUNDANT = 1_000
"""How many redundant pairs of a cohort are named: of thousands of indicators alike there would be
millions."""

LOWEST = 20
"""How many of the applicants with the lowest coverage are named."""


@dataclass(frozen=True, slots=True)
class Leverage:
    """What one applicant does to the points of the others by being in their cohort.

    *applicant* is a row; *mean* and *greatest* are over the absolute changes, in units of the
    framework's precision before rounding, of the others' lines if it were not there.
    """

    applicant: int
    mean: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One indicator in one cohort.

    *reported* counts the applicants with a value. *flat*: at least two have one, and all the same.
    *correlation* is Spearman's with the total, None where it is undefined. *best* and *worst* are
    the leverage of who has the best and the worst value (of equal ones the first row), None unless
    the scale depends on the cohort and at least two have a value.
    """

    reported: int
    flat: bool
    correlation: float | None
    best: Leverage | None
    worst: Leverage | None


@dataclass(frozen=True, slots=True)
class CohortBehaviour:
    """One cohort: its size, each indicator in the framework's order, and redundant pairs.

    *redundant* are the first `MOST_REDUNDANT` pairs, in order of the first, then of the second.
    """

    size: int
    indicators: tuple[Behaviour, ...]
    redundant: tuple[Redundancy, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How coverage is spread, None where nobody is, and the rows of who has the least of it."""

    least: float | None
    median: float | None
    greatest: float | None
    lowest: IntArray


def cohorts(
    framework: Framework,
    values: FloatArray,
    shares: FloatArray,
    totals: IntArray,
    blocked: BoolArray,
    cohort: IntArray,
) -> list[CohortBehaviour]:
    """Diagnose every cohort, numbered from 0 in *cohort*, of shape (applicants,).

    *values* and *shares*, as scored, have shape (applicants, indicators), NaN where missing;
    *totals* and *blocked* have shape (applicants,). A blocked applicant is in the cohort, but has
    no place in the ranking and so no part in an indicator's correlation with it.
    """
    found = []
    for number in range(cohort.max(initial=-1) + 1):
        rows = np.flatnonzero(cohort == number)
        found.append(
            _cohort(framework, rows, values[rows], shares[rows], totals[rows], ~blocked[rows])
        )
    return found


def coverage(shares: FloatArray) -> Coverage:
    """Say how much of each applicant is known: *shares* as published, of shape (applicants,).

    An applicant covered in full is never among the lowest; of equals the first rows are named.
    """
    if shares.size == 0:
        return Coverage(None, None, None, np.arange(0))
    lowest = np.argsort(shares, kind="stable")[:LOWEST]
    return Coverage(
        least=float(shares.min()),
        median=float(np.median(shares)),
        greatest=float(shares.max()),
        lowest=lowest[shares[lowest] < 1.0],
    )


def _cohort(
    framework: Framework,
    rows: IntArray,
    values: FloatArray,
    shares: FloatArray,
    totals: IntArray,
    ranked: BoolArray,
) -> CohortBehaviour:
    known = ~np.isnan(values)
    reported = known.sum(axis=0)
    # Shares and not values: more is better in all of them, categories and falling scales included.
    order = [levels(column) for column in shares.T]
    places = levels(totals)
    # A missing value is put behind every other, at either end in turn.
    lowest, highest = np.where(known, values, np.inf), np.where(known, values, -np.inf)
    flat = (reported > 1) & (lowest.min(axis=0) == highest.max(axis=0))
    rising = [each.normalisation.direction is Direction.HIGHER for each in framework.indicators]
    least, most = lowest.argmin(axis=0), highest.argmax(axis=0)
    best = _leverage(framework, rows, values, shares, np.where(rising, most, least))
    worst = _leverage(framework, rows, values, shares, np.where(rising, least, most))
    behaviours = []
    for at, indicator in enumerate(framework.indicators):
        counted = known[:, at] & ranked
        compared = indicator.normalisation.depends_on_cohort and reported[at] > 1
        behaviours.append(
            Behaviour(
                reported=int(reported[at]),
                flat=bool(flat[at]),
                correlation=rank_correlation(order[at][counted], places[counted]),
                best=best[at] if compared else None,
                worst=worst[at] if compared else None,
            )
        )
    return CohortBehaviour(
        len(rows), tuple(behaviours), tuple(islice(redundancies(order, known), MOST_REDUNDANT))
    )


def _leverage(
    framework: Framework,
    rows: IntArray,
    values: FloatArray,
    shares: FloatArray,
    absent: IntArray,
) -> list[Leverage]:
    """Score all without one applicant per indicator, *absent*: columns do not know each other."""
    columns = np.arange(values.shape[1])
    without = values.copy()
    without[absent, columns] = np.nan  # a missing value is no part of a cohort's scale
    alone = np.zeros(len(values), dtype=np.int64)
    change = np.abs(normalise(framework, without, alone).shares - shares)
    others = ~np.isnan(change)
    change[~others] = 0.0
    full = np.array([each.full for each in framework.indicators])
    mean = full * change.sum(axis=0) / np.maximum(others.sum(axis=0), 1)
    greatest = full * change.max(axis=0)
    return [Leverage(int(rows[absent[at]]), float(mean[at]), float(greatest[at])) for at in columns]
