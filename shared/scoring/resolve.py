"""resolve: many reports → one value per applicant and measure."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.scoring.arrays import BoolArray, FlagArray, FloatArray, IntArray, runs
from shared.scoring.decimals import means
from shared.scoring.flags import Flag
from shared.scoring.framework import (
    ADJUDICATOR,
    KINDS,
    Framework,
    Measure,
    MeasureType,
    Panel,
    ReporterKind,
)
from shared.scoring.tolerance import beyond

NEVER = len(KINDS)
"""The priority of a report that does not count."""

SETTLES = NEVER + 1
"""The priority of an adjudicated mark: no report beside others, but in place of them all."""


@dataclass(frozen=True)
class Evidence:
    """What was reported: a row per applicant, measure and reporter, with that reporter's value.

    All arrays have shape (rows,), in any order; a value taken back is no row. A *value* is the
    number itself; 1 or 0 for a flag; the position in the measure's codes for a category; how many
    distinct codes for codes. *revised* holds of a panel's mark that its expert changed it when it
    could read another's.
    """

    applicant: IntArray  # position among the applicants
    measure: IntArray  # position in the framework's measure_codes
    kind: IntArray  # position in KINDS
    as_of: IntArray  # days since 1970-01-01
    id: IntArray  # of the submission, ascending with the time of recording
    value: FloatArray
    revised: BoolArray


@dataclass(frozen=True)
class Resolved:
    """The value that counts of each measure: both arrays have shape (applicants, measures).

    *values* are in the measures' own units, NaN where missing, decimals of at most 15 digits as
    those that were reported are; *flags* are bits of `Flag`.
    """

    values: FloatArray
    flags: FlagArray


@dataclass(frozen=True)
class _Reports:
    """Rows of evidence; a cell is one measure of one applicant."""

    cell: IntArray
    measure: IntArray
    priority: IntArray
    as_of: IntArray
    id: IntArray
    value: FloatArray

    def take(self, rows: NDArray[Any]) -> "_Reports":
        """Give the rows that an index or a mask names."""
        return _Reports(**{name: column[rows] for name, column in vars(self).items()})


def resolve(framework: Framework, evidence: Evidence, applicants: int) -> Resolved:
    """Settle on one value for each of *applicants* and each measure.

    Of the admitted kinds of reporters the first in the measure's order counts; within it the
    greatest *as_of*, then the greatest *id*. A measure with a panel combines all experts' marks
    instead; fewer than it asks for are flagged and count as missing. A *revised* mark is flagged
    and counts as any other. An adjudicated mark, the last recorded of several, stands in place of
    whatever a panel says, remarks included. Kinds that are not admitted are ignored.
    """
    measures = tuple(framework.measures.values())
    shape = (len(measures), applicants)
    reports = _reports(measures, evidence, applicants)
    admitted = reports.priority < NEVER
    cell = reports.cell[admitted]
    count = np.bincount(cell, minlength=len(measures) * applicants)
    values = np.full(count.size, np.nan)
    flags = np.zeros(count.size, dtype=np.int32)

    # Nearly all cells have one report; only the others are worth sorting, and overwritten.
    values[cell] = reports.value[admitted]
    contested = reports.take(admitted & (count[reports.cell] > 1))
    judged = np.array([each.panel is not None for each in measures])[contested.measure]
    if not judged.all():
        cell, value, differing = _by_authority(measures, contested.take(~judged))
        values[cell] = value
        flags[differing] |= Flag.DISCREPANCY
    if judged.any():
        cell, value, wide = _by_panel(measures, contested.take(judged))
        values[cell] = value
        flags[wide] |= Flag.SPREAD

    asked = np.repeat([each.panel.at_least if each.panel else 1 for each in measures], applicants)
    few = (count > 0) & (count < asked)
    values[few] = np.nan
    flags[few] |= Flag.FEW_MARKS
    flags[reports.cell[admitted & evidence.revised]] |= Flag.REVISED_AFTER_SIGHT

    cell, value = _by_adjudication(reports.take(reports.priority == SETTLES))
    values[cell] = value
    flags[cell] = Flag.ADJUDICATED
    flags[np.isnan(values)] |= Flag.MISSING
    return Resolved(values.reshape(shape).T, flags.reshape(shape).T)


def _reports(measures: Sequence[Measure], evidence: Evidence, applicants: int) -> _Reports:
    """Find each row's cell and priority: 0 counts first."""
    priorities = np.full((len(measures), len(KINDS)), NEVER, dtype=np.int64)
    for row, measure in enumerate(measures):
        for priority, kind in enumerate(
            (ReporterKind.EXPERT,) if measure.panel else measure.reported_by
        ):
            priorities[row, KINDS.index(kind)] = priority
        if measure.panel:
            priorities[row, KINDS.index(ADJUDICATOR)] = SETTLES
    return _Reports(
        cell=evidence.measure * applicants + evidence.applicant,
        measure=evidence.measure,
        priority=priorities[evidence.measure, evidence.kind],
        as_of=evidence.as_of,
        id=evidence.id,
        value=evidence.value,
    )


def _by_authority(
    measures: Sequence[Measure], reports: _Reports
) -> tuple[IntArray, FloatArray, IntArray]:
    """Let the first kind's latest value count: give cells, values, and cells in discrepancy.

    Another kind's latest value may differ by the measure's tolerance × |the value that counts|; of
    a category or a flag any other value differs. Without a tolerance nothing does.
    """
    nominal = {MeasureType.CATEGORY, MeasureType.FLAG}
    tolerance = _numbers(
        0.0 if each.type in nominal and each.tolerance is not None else each.tolerance
        for each in measures
    )
    order = np.lexsort((-reports.id, -reports.as_of, reports.priority, reports.cell))
    reports = reports.take(order)
    latest = reports.take(runs(reports.cell, reports.priority)[0])
    first, kinds = runs(latest.cell)
    counts = np.repeat(latest.value[first], kinds)
    differs = beyond(latest.value, counts, tolerance[latest.measure], np.abs(counts))
    return latest.cell[first], latest.value[first], latest.cell[differs]


def _by_panel(
    measures: Sequence[Measure], reports: _Reports
) -> tuple[IntArray, FloatArray, IntArray]:
    """Combine the marks of each cell: give cells, combined marks, and cells with a wide spread.

    Every way to combine is the mean of what is left when as many of the highest as of the lowest
    are dropped: none, the trim, or all but the middle. A trim never takes the middle. The mean is
    that of the decimals, so the order of marks never matters, and it never leaves their range.
    """
    panels = [each.panel or Panel() for each in measures]
    trim, trim_from = np.array([trim_of(each) for each in panels]).T
    tolerance = _numbers(each.tolerance for each in panels)
    reports = reports.take(np.lexsort((reports.value, reports.cell)))
    marks = reports.value
    starts, size = runs(reports.cell)
    cell, measure = reports.cell[starts], reports.measure[starts]

    drop = np.where(size >= trim_from[measure], trim[measure], 0)
    drop = np.minimum(drop, (size - 1) // 2)
    combined = means(marks, starts + drop, size - 2 * drop)

    wide = beyond(marks[starts + size - 1], marks[starts], tolerance[measure])
    return cell, combined, cell[wide]


def _by_adjudication(reports: _Reports) -> tuple[IntArray, FloatArray]:
    """Give the cells that adjudicated marks settle, and the mark last recorded in each."""
    reports = reports.take(np.lexsort((-reports.id, reports.cell)))
    first, _ = runs(reports.cell)
    return reports.cell[first], reports.value[first]


def trim_of(panel: Panel) -> tuple[int, int]:
    """Give how many marks are dropped at either end, but never the middle; from how many on."""
    match panel.combine:
        case "trimmed_mean":
            return panel.trim, panel.trim_from
        case "median":
            return sys.maxsize, 0
        case _:
            return 0, 0


def _numbers(limits: Iterable[float | None]) -> FloatArray:
    """Write "no limit" as NaN, which nothing exceeds."""
    return np.array([np.nan if limit is None else limit for limit in limits])
