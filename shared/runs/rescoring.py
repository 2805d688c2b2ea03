"""The part of a run that only computes: who must be read anew, and whose score differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from shared.runs.score_store import Versions
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.decimals import are_rounded
from shared.scoring.derive import derive
from shared.scoring.flags import EVIDENCE
from shared.scoring.framework import Framework
from shared.scoring.resolve import Evidence, resolve
from shared.scoring.score import Sheet, other_columns, score, score_again

Columns: TypeAlias = IntArray | slice


@dataclass(frozen=True)
class Rescored:
    """The scores of a cohort, which of them differ from before, and what they rest on.

    *scores* are those of the *sheet*, which numbers cohorts in the order of *kinds*: *cohort*, of
    shape (applicants,), has each applicant's. *differs* has the same shape.
    """

    sheet: Sheet
    kinds: list[str]
    cohort: IntArray
    scores: Versions
    differs: BoolArray

    @property
    def parameters(self) -> dict[str, Any]:
        """What was taken from the cohort, by kind of applicant and indicator."""
        return dict(zip(self.kinds, self.sheet.parameters, strict=True))

    @property
    def nbytes(self) -> int:
        """The memory that it takes, all but some."""
        beside = self.sheet.full, self.sheet.dimensions, self.cohort
        return self.scores.nbytes + sum(each.nbytes for each in beside)


def stale_positions(
    cohort: int, previous: Versions, changed: IntArray, *, ours: bool = False
) -> IntArray:
    """Return the positions in a *cohort* of so many whose raw values must be resolved anew.

    That is who *changed*, who has no score yet, and who has a value of more than 15 digits: earlier
    releases did not round. Of the others the last score holds the values. *ours* says that this
    process made the *previous* scores.
    """
    holds = np.zeros(cohort, bool)
    holds[previous.applicant] = ours or are_rounded(previous.values).all(axis=1)
    holds[changed] = False
    return np.flatnonzero(~holds)


def rescore(
    framework: Framework,
    kinds: Sequence[str],
    previous: Versions,
    stale: IntArray,
    said: Evidence,
    before: Rescored | None = None,
) -> Rescored:
    """Score the cohort (one of *kinds* each) and say what differs from *previous*.

    *said* holds the evidence of the *stale* applicants, as positions among them. With what came
    *before* of the same framework and kinds, whose scores *previous* are, only indicators of which
    somebody's value is another are computed.
    """
    shape = len(kinds), len(framework.indicators)
    values = np.full(shape, np.nan, order="F")
    flags = np.zeros(shape, np.int32, order="F")
    at = _rows(previous, len(kinds))
    values[at] = previous.values
    flags[at] = previous.flags & int(EVIDENCE)
    derived = derive(framework, resolve(framework, said, len(stale)))
    values[stale] = derived.values
    flags[stale] = derived.flags
    if before is None:
        found, cohort = np.unique(np.array(kinds, dtype=np.str_), return_inverse=True)
        names = found.tolist()
    else:
        names, cohort = before.kinds, before.cohort
    columns: Columns = slice(None)
    if before is not None and _lacks_the_same(values[stale], before.sheet.values[stale]):
        columns = other_columns(values[stale], before.sheet.values[stale])
        sheet = score_again(framework, before.sheet, values, flags, cohort, columns)
    else:
        sheet = score(framework, values, flags, cohort)
    return Rescored(sheet, names, cohort, _versions(sheet), _differs(sheet, previous, columns))


def _lacks_the_same(values: FloatArray, before: FloatArray) -> bool:
    """Say whether values are missing where they were *before*: lines have the same maxima then."""
    return np.array_equal(np.isnan(values), np.isnan(before))


def _versions(sheet: Sheet) -> Versions:
    return Versions(
        applicant=np.arange(len(sheet.totals)),
        blocked=sheet.blocked,
        totals=sheet.totals,
        coverage=sheet.coverage,
        values=sheet.values,
        shares=sheet.shares,
        units=sheet.units,
        flags=sheet.flags,
    )


def _differs(sheet: Sheet, previous: Versions, columns: Columns) -> BoolArray:
    """Say whose score is new or not the same to the last digit.

    Outside of *columns* flags alone may differ.
    """
    at = _rows(previous, len(sheet.totals))
    same = (
        _equal(sheet.values[at][:, columns], previous.values[:, columns])
        & _equal(sheet.shares[at][:, columns], previous.shares[:, columns])
        & (sheet.units[at][:, columns] == previous.units[:, columns]).all(axis=1)
        & (sheet.flags[at] == previous.flags).all(axis=1)
        & (sheet.blocked[at] == previous.blocked)
    )
    differs = np.ones(len(sheet.totals), bool)
    differs[previous.applicant[same]] = False
    return differs


def _rows(previous: Versions, cohort: int) -> IntArray | slice:
    """Say where in a *cohort* the rows of *previous* are; all in their order need no look-up."""
    whole = np.array_equal(previous.applicant, np.arange(cohort))
    return slice(None) if whole else previous.applicant


def _equal(left: FloatArray, right: FloatArray) -> BoolArray:
    """Compare rows; missing equals missing."""
    equal: BoolArray = ((left == right) | (np.isnan(left) & np.isnan(right))).all(axis=1)
    return equal
