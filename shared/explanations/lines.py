"""explain: what repeats a line's share, and what the line would earn otherwise."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.scoring import scales
from shared.scoring.arrays import FloatArray, IntArray
from shared.scoring.decimals import nearest, written
from shared.scoring.framework import Framework, Indicator, MeasureType, Normalisation
from shared.scoring.normalise import normalise
from shared.scoring.points import points


@dataclass(frozen=True, slots=True)
class OneMore:
    """A line with one unit more of its raw value: what it would then earn, in units."""

    value: float
    share: float
    units: int


def from_cohort(rule: Normalisation, column: FloatArray, value: float) -> dict[str, float]:
    """Give what repeats the share of *value* beside the parameters that a run publishes.

    *column*, of shape (applicants,), is the cohort's. For percent_rank how many are *below* and
    *tied*, the applicant included; for z_score the ends of the cohort, and the mean and deviation
    of its positions between them, on which a z-score is computed. Empty if the value is missing.
    """
    if np.isnan(value):
        return {}
    if rule.method == "percent_rank":
        return {"below": int((column < value).sum()), "tied": int((column == value).sum())}
    if rule.method != "z_score":
        return {}
    places = scales.min_max(column, 0.0, rule.direction)
    taken = scales.z_score(places.shares).parameters  # positions are their own positions
    return {
        "worst": places.parameters["worst"],
        "best": places.parameters["best"],
        "mean_position": taken["mean"],
        "deviation_position": taken["deviation"],
    }


def one_more(framework: Framework, values: FloatArray, own: int) -> list[OneMore | None]:
    """Give each line of the applicant in row *own* with one unit more of its raw value.

    *values*, of shape (applicants, indicators), are the cohort's; the others keep theirs, and the
    scale is the cohort's as it would then be. None where no unit more is thinkable: a missing
    value, a category, a flag, a value at its cap or at the end of its measure's range.
    """
    # A line depends on its own column alone, so all lines change at once.
    changed = values.copy()
    raised = [
        _raised(framework, indicator, float(value))
        for indicator, value in zip(framework.indicators, values[own], strict=True)
    ]
    for column, value in enumerate(raised):
        if value is not None:
            changed[own, column] = value
    cohort = np.zeros(len(values), np.int64)
    shares = normalise(framework, changed, cohort).shares[own : own + 1]
    units = points(framework, shares).units
    return [
        None if value is None else OneMore(value, float(shares[0, at]), int(units[0, at]))
        for at, value in enumerate(raised)
    ]


def _raised(framework: Framework, indicator: Indicator, value: float) -> float | None:
    if np.isnan(value):
        return None
    derivation = indicator.derivation
    measure = framework.measures[derivation.terms[0][0]]
    raised, most = nearest(written(value) + 1), None
    if derivation.kind == "distinct":
        most = float(len(measure.codes))
    elif derivation.kind == "value":
        most = measure.range.max
        if measure.type in {MeasureType.CATEGORY, MeasureType.FLAG}:
            return None
    if derivation.cap is not None:
        raised = min(raised, derivation.cap)
    if raised == value or (most is not None and raised > most):
        return None
    return raised


def costs(framework: Framework, shares: FloatArray) -> IntArray:
    """Give by how many units the total would rise at most, were each missing line reported.

    *shares*, of shape (indicators,), are one applicant's. The result has the same shape, 0 where
    nothing is missing. Where a missing line is skipped, the others then give back its weight.
    """
    missing = np.flatnonzero(np.isnan(shares))
    reported = np.tile(shares, (missing.size + 1, 1))
    reported[np.arange(missing.size), missing] = 1.0
    totals = points(framework, reported).totals
    rise = np.zeros(shares.shape, np.int64)
    rise[missing] = np.maximum(totals[:-1] - totals[-1], 0)
    return rise


def rule_of(framework: Framework, indicator: Indicator) -> dict[str, Any]:
    """Give the parameters of an indicator's method that the framework fixes.

    Grades are in the order of their numbers: a raw value of 0 is the first.
    """
    rule = indicator.normalisation
    match rule.method:
        case "target":
            return {"floor": rule.floor, "target": rule.target, "step": rule.step}
        case "steps":
            return {
                "bands": [
                    {"from": each.edge, "share": each.share, "inclusive": each.inclusive}
                    for each in rule.bands
                ]
            }
        case "grades":
            share_of = dict(rule.grades)
            codes = framework.measures[indicator.derivation.terms[0][0]].codes
            return {"grades": [{"grade": code, "share": share_of[code]} for code in codes]}
        case "min_max":
            return {"base": rule.base}
        case "z_score":
            return {"within": rule.within}
        case _:
            return {}
