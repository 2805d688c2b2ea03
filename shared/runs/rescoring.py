"""The part of a run that only computes: who must be read anew, and whose score differs."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.runs.score_store import Versions
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.decimals import are_rounded
from shared.scoring.derive import derive
from shared.scoring.flags import EVIDENCE
from shared.scoring.framework import Framework
from shared.scoring.resolve import Evidence, resolve
from shared.scoring.score import Sheet, score


@dataclass(frozen=True)
class Rescored:
    """The cohort's scores, which of them differ from before, and what was taken from the cohort.

    *differs* has shape (applicants,); *parameters* are by kind of applicant and indicator.
    """

    scores: Versions
    differs: BoolArray
    parameters: dict[str, Any]


def stale_positions(
    cohort: Sequence[str], previous: Versions, changed: AbstractSet[str]
) -> IntArray:
    """Return the positions in *cohort* whose raw values must be resolved anew.

    That is who changed, who has no score yet, and who has a value of more than 15 digits: earlier
    releases did not round. Of the others the last score holds the values.
    """
    stale = np.fromiter((code in changed for code in cohort), bool, len(cohort))
    holds = np.zeros(len(cohort), bool)
    holds[previous.applicant] = are_rounded(previous.values).all(axis=1)
    return np.flatnonzero(stale | ~holds)


def rescore(
    framework: Framework,
    kinds: Sequence[str],
    previous: Versions,
    stale: IntArray,
    said: Evidence,
) -> Rescored:
    """Score the cohort (one of *kinds* each) and say what differs from *previous*.

    *said* holds the evidence of the *stale* applicants, as positions among them.
    """
    shape = len(kinds), len(framework.indicators)
    values = np.full(shape, np.nan)
    flags = np.zeros(shape, np.int32)
    at = _rows(previous, len(kinds))
    values[at] = previous.values
    flags[at] = previous.flags & int(EVIDENCE)
    derived = derive(framework, resolve(framework, said, len(stale)))
    values[stale] = derived.values
    flags[stale] = derived.flags
    names, cohort = np.unique(np.array(kinds, dtype=np.str_), return_inverse=True)
    sheet = score(framework, values, flags, cohort)
    parameters = dict(zip(names.tolist(), sheet.parameters, strict=True))
    return Rescored(_versions(sheet), _differs(sheet, previous), parameters)


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


def _differs(sheet: Sheet, previous: Versions) -> BoolArray:
    """Say whose score is new or not the same to the last digit."""
    at = _rows(previous, len(sheet.totals))
    same = (
        _equal(sheet.values[at], previous.values)
        & _equal(sheet.shares[at], previous.shares)
        & (sheet.units[at] == previous.units).all(axis=1)
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
