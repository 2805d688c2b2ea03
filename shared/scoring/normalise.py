"""normalise: raw values → shares in [0, 1], cohort by cohort."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from shared.scoring import scales
from shared.scoring.arrays import FlagArray, FloatArray, IntArray
from shared.scoring.framework import Framework, Indicator, Normalisation

YES_NO = ("no", "yes")
"""The categories of a flag, whose values are 0 and 1."""


@dataclass(frozen=True)
class Normalised:
    """Shares and the cohorts they rest on: both arrays have shape (applicants, indicators).

    *shares* are NaN where the value is missing; *flags* are bits of `Flag`, on lines with a value
    only. *parameters* has a mapping for each cohort: by the indicator's code, what its scale took
    from the cohort (n, best, worst, mean, deviation), for every method that depends on the cohort.
    """

    shares: FloatArray
    flags: FlagArray
    parameters: list[dict[str, Mapping[str, float]]]


def normalise(framework: Framework, values: FloatArray, cohort: IntArray) -> Normalised:
    """Turn every indicator's raw *values* into shares, each by its own method.

    *values* has shape (applicants, indicators), in the indicators' own units, finite, NaN where
    missing. *cohort*, of shape (applicants,), numbers the cohorts from 0; an applicant's share
    depends on nobody outside its own.
    """
    cohorts: list[dict[str, Mapping[str, float]]] = [{} for _ in range(cohort.max(initial=-1) + 1)]
    shares = np.empty(values.shape, order="F")
    found = Normalised(shares, np.zeros(values.shape, dtype=np.int32, order="F"), cohorts)
    normalise_into(found, framework, values, cohort, range(len(framework.indicators)))
    return found


def normalise_into(
    found: Normalised,
    framework: Framework,
    values: FloatArray,
    cohort: IntArray,
    columns: Iterable[int],
) -> None:
    """Compute the shares and parameters of some *columns*, and write them over those *found*.

    The columns' flags are added to what is there. *values* and *cohort* are those of `normalise`.
    """
    indicators = [(column, framework.indicators[column]) for column in columns]
    for number, taken in enumerate(found.parameters):
        members = np.flatnonzero(cohort == number)
        for column, indicator in indicators:
            scaled = scale(framework, indicator, values[members, column])
            found.shares[members, column] = scaled.shares
            if scaled.flag:
                found.flags[members[~np.isnan(scaled.shares)], column] |= scaled.flag
            if indicator.normalisation.depends_on_cohort:
                taken[indicator.code] = scaled.parameters


def scale(framework: Framework, indicator: Indicator, values: FloatArray) -> scales.Scaled:
    """Turn one cohort's raw *values* of one indicator, of shape (applicants,), into shares."""
    rule = indicator.normalisation
    match rule.method:
        case "target":
            return scales.target(values, rule.floor, rule.target, rule.step, rule.direction)
        case "steps":
            return scales.steps(values, rule.bands)
        case "grades":
            return scales.grades(values, _ladder(framework, indicator))
        case _:
            return _scaled_by_cohort(rule, values)


def _scaled_by_cohort(rule: Normalisation, values: FloatArray) -> scales.Scaled:
    match rule.method:
        case "best":
            return scales.best(values, rule.direction)
        case "min_max":
            return scales.min_max(values, rule.base, rule.direction)
        case "percent_rank":
            return scales.percent_rank(values, rule.direction)
        case "z_score":
            return scales.z_score(values, rule.within, rule.direction)
        case method:
            raise ValueError(f"no such method of normalising: {method}")


def _ladder(framework: Framework, indicator: Indicator) -> list[float]:
    """Give the shares of an indicator's grades in the order of its measure's codes."""
    (measure,) = indicator.derivation.measures
    share_of = dict(indicator.normalisation.grades)
    return [share_of[code] for code in framework.measures[measure].codes or YES_NO]
