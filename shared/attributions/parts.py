"""The difference of two runs as parts: differences of recomputed totals, in a documented order.

From the earlier run on: who came and who left; what was reported of the applicant alone, cause by
cause, while everybody else's values stand as they did; everybody else's values. What is left to
the totals as they are stored is what other scoring code made of the same. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shared.attributions.stages import CAUSES, Cause, Staged
from shared.attributions.store import State
from shared.scoring.alone import alone
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.framework import Framework
from shared.scoring.normalise import normalise
from shared.scoring.points import points


@dataclass(frozen=True, slots=True)
class Parts:
    """Of each applicant, by cause, what it did to the total, in units: (applicants, causes).

    They add up to the difference of both totals, 0 standing for none. *lines*, of shape
    (applicants, indicators), are those that others' values moved.
    """

    units: IntArray
    lines: BoolArray


def parts(
    framework: Framework,
    cohort: IntArray,
    before: State,
    after: State,
    again: tuple[IntArray, Staged],
) -> Parts:
    """Take the way from *before* to *after* apart; *cohort* numbers the kinds of all applicants.

    *again* are the applicants of whom something new was said, and what that touched read anew; all
    other values are as they are stored. Whoever came gets its total as one part, `entries`, and
    whoever left loses it so.
    """
    entries, rules = (CAUSES.index(each) for each in (Cause.ENTRIES, Cause.RULES))
    units = np.zeros((len(cohort), len(CAUSES)), np.int64)
    change = _spread(after.total, after.applicant, len(cohort))
    change -= _spread(before.total, before.applicant, len(cohort))
    units[:, entries] = change
    stayed = np.intersect1d(before.applicant, after.applicant)
    if len(stayed) == 0:
        return Parts(units, np.zeros((len(cohort), len(framework.indicators)), np.bool_))
    earlier, stages = _values(framework, len(cohort), before, after, again)
    start = _totals(framework, earlier, cohort, before.applicant)
    totals, lines = _reached(framework, cohort, after.applicant, stages)
    way = np.stack([start, *totals])[:, stayed]
    units[stayed, entries:rules] = np.diff(way, axis=0).T
    units[stayed, rules] = change[stayed] - (way[-1] - way[0])
    return Parts(units, lines)


def _reached(
    framework: Framework, cohort: IntArray, here: IntArray, stages: Sequence[FloatArray]
) -> tuple[list[IntArray], BoolArray]:
    """Give the totals of who is *here* at each stage, each reaching it alone, and then all at once.

    The first of *stages* are the values that stand meanwhile. Also gives which lines the last step
    moved. Both are of all applicants.
    """
    standing = stages[0][here]
    known = standing, normalise(framework, standing, cohort[here]).shares
    earned = points(framework, known[1])
    totals = [_spread(earned.totals, here, len(cohort))]
    for previous, values in pairwise(stages):
        if values is not previous:
            among = alone(framework, standing, cohort[here], values[here], known)
            known = values[here], among
            earned = points(framework, among)
        totals.append(_spread(earned.totals, here, len(cohort)))
    final = points(framework, normalise(framework, stages[-1][here], cohort[here]).shares)
    totals.append(_spread(final.totals, here, len(cohort)))
    lines = np.zeros((len(cohort), len(framework.indicators)), np.bool_)
    lines[here] = final.units != earned.units
    return totals, lines


def _values(
    framework: Framework,
    applicants: int,
    before: State,
    after: State,
    again: tuple[IntArray, Staged],
) -> tuple[FloatArray, Sequence[FloatArray]]:
    """Give all values as of the earlier run, and by stage: who came is there from the first.

    Of what nothing new is said the stored value is the later run's throughout: what scoring code
    made of it is no cause but the rules.
    """
    rows, read = again
    earlier = np.full((applicants, len(framework.indicators)), np.nan)
    earlier[before.applicant] = before.values
    earlier[after.applicant] = after.values
    first = earlier.copy()
    cells = np.ix_(rows, read.lines)
    earlier[cells] = first[cells] = read.before
    stages, previous = [first], read.before
    for reached in read.after:
        values = stages[-1]
        if reached is not previous:
            values = first.copy()
            values[cells] = reached
        stages.append(values)
        previous = reached
    return earlier, stages


def _totals(framework: Framework, values: FloatArray, cohort: IntArray, rows: IntArray) -> IntArray:
    shares = normalise(framework, values[rows], cohort[rows]).shares
    return _spread(points(framework, shares).totals, rows, len(cohort))


def _spread(totals: IntArray, rows: IntArray, length: int) -> IntArray:
    whole = np.zeros(length, np.int64)
    whole[rows] = totals
    return whole
