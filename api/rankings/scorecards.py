"""Scores in the contract's shape."""

from typing import Any

import numpy as np

from shared.applicants.store import StoredApplicant
from shared.rankings.ranking import Ranking
from shared.rankings.store import Freshness, Lines
from shared.scoring import flags
from shared.scoring.arrays import number
from shared.scoring.framework import Framework
from shared.scoring.points import by_dimension, dimension_points, in_points, points
from shared.visibility.policy import rests_on_marks_of_others


def freshened(code: str, fresh: Freshness) -> dict[str, Any]:
    """Return what says how up to date an answer is."""
    return {
        "round": code,
        "run": fresh.run,
        "state": fresh.state,
        "as_of": fresh.recorded_at and fresh.recorded_at.isoformat().replace("+00:00", "Z"),
    }


def seen_alone(framework: Framework, card: dict[str, Any]) -> dict[str, Any]:
    """Return *card* without what moves with other applicants, for who marks them blindly."""
    places = ("rank", "tied", "cohort_size", "percentile", "index", "overall_rank", "overall_size")
    hidden = rests_on_marks_of_others(framework)
    card |= dict.fromkeys(places)
    if not any(hidden):
        return card
    moved = {framework.dimension_of[at] for at, hides in enumerate(hidden) if hides}
    for at in moved:
        card["dimensions"][at]["points"] = None
    for line, hides in zip(card["lines"], hidden, strict=True):
        if hides:
            line |= {"share": None, "points": None, "flags": flags.own(line["flags"])}
    return card | {"total": None}


def score(
    framework: Framework,
    ranking: Ranking,
    at: int,
    applicant: StoredApplicant,
    lines: Lines,
    *,
    with_lines: bool,
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
        "percentile": number(own.percentile[at]),
        "index": number(own.index[at]),
        "overall_rank": int(overall.rank[at]) or None,
        "overall_size": int(overall.cohort_size[at]),
        "total": in_points(framework, lines.total),
        "full": in_points(framework, framework.full),
        "coverage": lines.coverage,
        "blocked_by": [
            indicator.code
            for indicator, raised in zip(framework.indicators, lines.flags, strict=True)
            if raised & flags.Flag.BLOCKS
        ],
        "dimensions": dimensions(framework, lines),
    }
    if with_lines:
        document["lines"] = line_items(framework, lines)
    return document


def dimensions(framework: Framework, lines: Lines) -> list[dict[str, Any]]:
    """Return the sums of each dimension's lines; `full` is the points in force."""
    sums = by_dimension(framework, lines.units)
    whole = dimension_points(framework, np.isnan([lines.shares]))[0]
    return [
        {
            "code": dimension.code,
            "points": in_points(framework, earned),
            "full": in_points(framework, float(full)),
        }
        for dimension, earned, full in zip(framework.dimensions, sums, whole, strict=True)
    ]


def line_items(framework: Framework, lines: Lines) -> list[dict[str, Any]]:
    """Return the lines in the framework's order; `full` is the maximum in force."""
    full = points(framework, np.array([lines.shares])).full[0]
    return [
        {
            "indicator": indicator.code,
            "value": number(lines.values[at]),
            "share": number(lines.shares[at]),
            "points": in_points(framework, lines.units[at]),
            "full": in_points(framework, float(full[at])),
            "missing": bool(lines.flags[at] & flags.Flag.MISSING),
            "flags": flags.names(lines.flags[at]),
        }
        for at, indicator in enumerate(framework.indicators)
    ]
