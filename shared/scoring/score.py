"""score: derived values → a round's score sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from shared.scoring.arrays import BoolArray, FlagArray, FloatArray, IntArray
from shared.scoring.flags import EVIDENCE, OF_SCALES
from shared.scoring.framework import Framework
from shared.scoring.normalise import Normalised, normalise, normalise_into
from shared.scoring.points import line_points, points


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


def other_columns(values: FloatArray, before: FloatArray) -> IntArray:
    """Say in which columns two tables of values differ; missing equals missing."""
    same = (values == before) | (np.isnan(values) & np.isnan(before))
    return np.flatnonzero(~same.all(axis=0))


def score_again(
    framework: Framework,
    before: Sheet,
    values: FloatArray,
    flags: FlagArray,
    cohort: IntArray,
    columns: IntArray,
) -> Sheet:
    """Return what `score` does, computing anew only *columns*, those whose *values* are others.

    *before* is of the same framework and *cohort*, and lacks a value where *values* lack it: what
    is missing, and so every line's maximum, is as it was.
    """
    of_lines = before.flags & ~int(EVIDENCE)
    of_lines[:, columns] &= ~int(OF_SCALES)
    found = Normalised(
        before.shares.copy(order="K"), of_lines, [dict(each) for each in before.parameters]
    )
    normalise_into(found, framework, values, cohort, columns.tolist())
    units, dimensions = before.units.copy(order="K"), before.dimensions.copy(order="K")
    for column in columns.tolist():
        earned = line_points(found.shares[:, column], before.full[:, column])
        dimensions[:, framework.dimension_of[column]] += earned - units[:, column]
        units[:, column] = earned
    return replace(
        before,
        values=values,
        shares=found.shares,
        units=units,
        flags=flags | found.flags,
        dimensions=dimensions,
        totals=dimensions.sum(axis=1),
        parameters=found.parameters,
    )
