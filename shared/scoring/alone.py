"""alone: what each applicant's shares would be, had its own values changed and no other's.

The methods are the run's own (`shared.scoring.scales`), asked once more for each value: of the
whole column where a share depends on all of it, of its ends where it depends on them alone.
"""

import numpy as np

from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.framework import Framework, Indicator
from shared.scoring.normalise import normalise, scale

BY_EXTREMES = {"best", "min_max"}
"""The methods whose shares depend on the value, and the cohort's lowest and highest alone."""


def alone(
    framework: Framework,
    standing: FloatArray,
    cohort: IntArray,
    values: FloatArray,
    known: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Give each applicant the shares of its *values* among the *standing* values of the others.

    All are of shape (applicants, indicators); *cohort*, of shape (applicants,), numbers the cohorts
    from 0. *known* are values whose shares are known already, and these shares: in the beginning
    the standing ones. Where a value is the same, the share is.
    """
    before, shares = known[0], known[1].copy()
    changed = (values != before) & ~(np.isnan(values) & np.isnan(before))
    fixed = None
    for column, indicator in enumerate(framework.indicators):
        rows = np.flatnonzero(changed[:, column])
        if len(rows) == 0:
            continue
        if not indicator.normalisation.depends_on_cohort:
            fixed = normalise(framework, values, cohort).shares if fixed is None else fixed
            shares[rows, column] = fixed[rows, column]
            continue
        for number in np.unique(cohort[rows]).tolist():
            members = np.flatnonzero(cohort == number)
            at = np.searchsorted(members, rows[cohort[rows] == number])
            shares[members[at], column] = _among_others(
                framework, indicator, standing[members, column], at, values[members[at], column]
            )
    return shares


def _among_others(
    framework: Framework, indicator: Indicator, column: FloatArray, at: IntArray, new: FloatArray
) -> FloatArray:
    """Give the share of each *new* value, were it alone to stand in its row *at* of *column*."""
    if indicator.normalisation.method in BY_EXTREMES:
        return _among_extremes(framework, indicator, column, at, new)
    shares = np.full(len(new), np.nan)
    tried = column.copy()
    for row in np.flatnonzero(~np.isnan(new)).tolist():
        tried[at[row]] = new[row]
        shares[row] = scale(framework, indicator, tried).shares[at[row]]
        tried[at[row]] = column[at[row]]
    return shares


def _among_extremes(
    framework: Framework, indicator: Indicator, column: FloatArray, at: IntArray, new: FloatArray
) -> FloatArray:
    known = np.sort(column)  # NaN comes last
    count = len(known) - int(np.count_nonzero(np.isnan(known)))
    known = known[:count]
    lowest, second, penultimate, highest = (
        known[place] if 0 <= place < count else np.nan for place in (0, 1, count - 2, count - 1)
    )
    own = column[at]
    low, high = (
        np.where(own == lowest, second, lowest),
        np.where(own == highest, penultimate, highest),
    )
    shares = np.full(len(new), np.nan)
    # Within the ends that the others have, and these the column's, nobody moves the scale.
    usual = (low == lowest) & (high == highest) & (low <= new) & (new <= high)
    within = scale(framework, indicator, np.concatenate([[lowest, highest], new[usual]]))
    shares[usual] = within.shares[2:]
    for row in np.flatnonzero(~usual & ~np.isnan(new)).tolist():
        ends = np.array([low[row], high[row], new[row]])
        shares[row] = scale(framework, indicator, ends).shares[2]
    return shares
