"""What was reported between two runs, taken in cause by cause: the values after each of them.

First what reporters took back, then what they reported, then experts' marks, then adjudications.
The last stage is all that stood in the later run. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from shared.attributions.store import Said
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.derive import derive
from shared.scoring.framework import ADJUDICATOR, KINDS, Framework, ReporterKind
from shared.scoring.resolve import Evidence, resolve


class Cause(StrEnum):
    """Why a total is another than before, in the order in which causes are taken in."""

    ENTRIES = "entries"
    WITHDRAWALS = "withdrawals"
    REPORTS = "reports"
    MARKS = "marks"
    ADJUDICATIONS = "adjudications"
    OTHERS = "others"
    RULES = "rules"


CAUSES = tuple(Cause)
OWN = (Cause.WITHDRAWALS, Cause.REPORTS, Cause.MARKS, Cause.ADJUDICATIONS)
"""The causes that lie in what was reported of the applicant itself."""

OF_KIND = tuple(
    CAUSES.index(
        {ReporterKind.EXPERT: Cause.MARKS, ADJUDICATOR: Cause.ADJUDICATIONS}.get(
            kind, Cause.REPORTS
        )
    )
    for kind in KINDS
)
"""For each kind of submission, the position of the cause that it is unless it takes back."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stood in a run, a row per applicant, measure and reporter, and who each reporter is."""

    evidence: Evidence
    reporter: IntArray


@dataclass(frozen=True, slots=True)
class Staged:
    """Raw values of some applicants: *before*, and after each cause of `OWN`.

    All have shape (applicants, lines), NaN where missing; *lines* are the positions of indicators.
    *causes*, of shape (submissions,), are positions in `CAUSES`.
    """

    lines: IntArray
    before: FloatArray
    after: Sequence[FloatArray]
    causes: IntArray


def reads(framework: Framework) -> BoolArray:
    """Say which measures each indicator reads: (indicators, measures)."""
    found = np.zeros((len(framework.indicators), len(framework.measures)), np.bool_)
    for line, indicator in enumerate(framework.indicators):
        for code in indicator.derivation.measures:
            found[line, framework.measure_codes.index(code)] = True
    return found


def touched(framework: Framework, measures: IntArray) -> tuple[IntArray, IntArray]:
    """Return the lines that rest on any of *measures*, and all measures that these read."""
    read = reads(framework)
    lines = np.flatnonzero(read[:, measures].any(axis=1))
    return lines, np.flatnonzero(read[lines].any(axis=0))


def staged(
    framework: Framework, applicants: int, before: Standing, after: Standing, said: Said
) -> Staged:
    """Take in what changed of so many *applicants*, and say which cause each of *said* is.

    A submission is a withdrawal if its reporter stood by a value of this applicant and measure
    before, and in the end by none.
    """
    stood, stands, spoke = _same(framework, before, after, said)
    gone = ~np.isin(stood, stands)
    causes = np.array(OF_KIND)[said.kind]
    causes[np.isin(spoke, stood[gone])] = CAUSES.index(Cause.WITHDRAWALS)

    lines, _ = touched(framework, np.unique(said.measure))

    def values(rows: Evidence) -> FloatArray:
        return derive(framework, resolve(framework, rows, applicants)).values[:, lines]

    was = values(before.evidence)
    if len(said.id) == 0:
        return Staged(lines, was, [was] * len(OWN), causes)
    kinds_before, kinds_after = (np.array(OF_KIND)[each.evidence.kind] for each in (before, after))
    stages, reached = [], was
    for cause in OWN:
        position = CAUSES.index(cause)
        if (causes == position).any():
            left = ~gone & (kinds_before > position)
            new = kinds_after <= position
            reached = values(_joined(before.evidence, left, after.evidence, new))
        stages.append(reached)
    return Staged(lines, was, stages, causes)


def _joined(before: Evidence, old: BoolArray, after: Evidence, new: BoolArray) -> Evidence:
    columns = {
        name: np.concatenate([column[old], getattr(after, name)[new]])
        for name, column in vars(before).items()
    }
    return Evidence(**columns)


def _same(
    framework: Framework, before: Standing, after: Standing, said: Said
) -> tuple[IntArray, IntArray, IntArray]:
    """Give a number to what one reporter says of one applicant and measure, alike in all three."""
    reporters = np.unique(np.concatenate([before.reporter, after.reporter, said.reporter]))

    def numbered(applicant: IntArray, measure: IntArray, reporter: IntArray) -> IntArray:
        cell = applicant * len(framework.measures) + measure
        return cell * len(reporters) + np.searchsorted(reporters, reporter)

    return (
        numbered(before.evidence.applicant, before.evidence.measure, before.reporter),
        numbered(after.evidence.applicant, after.evidence.measure, after.reporter),
        numbered(said.applicant, said.measure, said.reporter),
    )
