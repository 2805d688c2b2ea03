"""score: derived values → a round's score sheet."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.scoring.arrays import BoolArray, FlagArray, FloatArray, IntArray
from shared.scoring.framework import Framework
from shared.scoring.normalise import normalise
from shared.scoring.points import points


@dataclass(frozen=True)
class Sheet:
    """Everything that is published of a round but the ranks.

    *values*, *shares*, *full*, *units* and *flags* have shape (applicants, indicators),
    *dimensions* (applicants, dimensions), the others (applicants,); *parameters* has an entry per
    cohort. Points are in units of the framework's precision, values and shares NaN where missing.
    """

    values: FloatArray
    shares: FloatArray
    full: FloatArray
    units: IntArray
    flags: FlagArray
    dimensions: IntArray
    totals: IntArray
    coverage: FloatArray
    blocked: BoolArray
    parameters: list[dict[str, Mapping[str, float]]]


def score(framework: Framework, values: FloatArray, flags: FlagArray, cohort: IntArray) -> Sheet:
    """Score derived *values* and their *flags*, both of shape (applicants, indicators).

    *cohort*, of shape (applicants,), numbers the cohorts from 0; each is scored by itself.
    """
    normalised = normalise(framework, values, cohort)
    earned = points(framework, normalised.shares)
    return Sheet(
        values=values,
        shares=normalised.shares,
        full=earned.full,
        units=earned.units,
        flags=flags | normalised.flags | earned.flags,
        dimensions=earned.dimensions,
        totals=earned.totals,
        coverage=earned.coverage,
        blocked=earned.blocked,
        parameters=normalised.parameters,
    )
