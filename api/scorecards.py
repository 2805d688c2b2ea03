"""Scores in the contract's shape."""

import math
from typing import Any, Literal

import numpy as np

from shared.domain import flags
from shared.domain.framework import Framework
from shared.domain.points import points
from shared.services.ranking import Ranking
from shared.store.applicants import StoredApplicant
from shared.store.standings import Lines

Detail = Literal["totals", "dimensions", "lines"]
"""How much of a score is shown."""


def score(
    framework: Framework,
    ranking: Ranking,
    at: int,
    applicant: StoredApplicant,
    lines: Lines,
    *,
    detail: Detail,
) -> dict[str, Any]:
    """Return the score at position *at* of the ranking, as `ScoreOut` describes it."""
    own, overall = ranking.own, ranking.overall
    document: dict[str, Any] = {
        "applicant": applicant.code,
        "name": {"zh": applicant.name.zh, "en": applicant.name.en},
        "kind": applicant.kind,
        "rank": int(own.rank[at]) or None,
        "tied": int(own.tied[at]),
        "cohort_size": int(own.cohort_size[at]),
        "percentile": _number(own.percentile[at]),
        "index": _number(own.index[at]),
        "overall_rank": int(overall.rank[at]) or None,
        "overall_size": int(overall.cohort_size[at]),
        "total": in_points(framework, lines.total),
        "full": in_points(framework, framework.full),
        "coverage": lines.coverage,
        "dimensions": [] if detail == "totals" else dimensions(framework, lines),
    }
    if detail == "lines":
        document["lines"] = line_items(framework, lines)
    return document


def dimensions(framework: Framework, lines: Lines) -> list[dict[str, Any]]:
    """Return the sums of each dimension's lines."""
    sums = [0] * len(framework.dimensions)
    for at, units in zip(framework.dimension_of, lines.units, strict=True):
        sums[at] += units
    return [
        {
            "code": dimension.code,
            "points": in_points(framework, earned),
            "full": in_points(framework, dimension.full),
        }
        for dimension, earned in zip(framework.dimensions, sums, strict=True)
    ]


def line_items(framework: Framework, lines: Lines) -> list[dict[str, Any]]:
    """Return the lines in the framework's order; `full` is the maximum in force."""
    full = points(framework, np.array([lines.shares])).full[0]
    return [
        {
            "indicator": indicator.code,
            "value": _number(lines.values[at]),
            "share": _number(lines.shares[at]),
            "points": in_points(framework, lines.units[at]),
            "full": in_points(framework, float(full[at])),
            "missing": bool(lines.flags[at] & flags.Flag.MISSING),
            "flags": flags.names(lines.flags[at]),
        }
        for at, indicator in enumerate(framework.indicators)
    ]


def in_points(framework: Framework, units: float) -> float:
    """Return *units* as points: the shortest decimal that names them."""
    return float(units / 10**framework.precision)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
