"""Scores in the contract's shape."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.http.kept import AT_ONCE, items_at_once
from shared.applicants.store import StoredApplicant
from shared.core import moments
from shared.rankings.ranking import Ranking
from shared.rankings.store import Freshness, Lines
from shared.scoring import flags
from shared.scoring.arrays import number
from shared.scoring.framework import Framework, Name
from shared.scoring.points import by_dimension, dimension_points, in_points, maxima
from shared.visibility.policy import rests_on_marks_of_others

MISSING, BLOCKS = int(flags.Flag.MISSING), int(flags.Flag.BLOCKS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A score's lines, and the units in force: the most that each line and dimension can earn."""

    lines: Lines
    full: list[float]
    dimensions: list[float]


def at_once(framework: Framework, *, with_lines: bool) -> int:
    """Return how many pieces of a list of scores are made at once: their lines, or they themselves.

    A score without its lines is made of all of them nevertheless.
    """
    return AT_ONCE if with_lines else items_at_once(len(framework.indicators))


def sheets(framework: Framework, scores: Sequence[Lines]) -> Iterator[Sheet]:
    """Work out what is in force in each of *scores*, none of them withdrawn.

    For one by one, numpy would take far longer to begin than to compute; for all at once, others
    would have to wait.
    """
    together = items_at_once(len(framework.indicators))
    for at in range(0, len(scores), together):
        some = scores[at : at + together]
        missing = np.isnan([each.shares for each in some])
        full = maxima(framework, missing)[0].tolist()
        whole = dimension_points(framework, missing).tolist()
        yield from map(Sheet, some, full, whole)


def freshened(code: str, fresh: Freshness) -> dict[str, Any]:
    """Return what says how up to date an answer is."""
    return {
        "round": code,
        "run": fresh.run,
        "state": fresh.state,
        "as_of": fresh.recorded_at and moments.written(fresh.recorded_at),
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
    sheet: Sheet,
    *,
    with_lines: bool,
    named: bool = False,
) -> dict[str, Any]:
    """Return the score at position *at* of the ranking, as `ScoreOut` describes it.

    Its lines are made as they are asked for. If *named*, dimensions and lines have their names.
    """
    own, overall, lines = ranking.own, ranking.overall, sheet.lines
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
            if raised & BLOCKS
        ],
        "dimensions": dimensions(framework, sheet, named=named),
    }
    if with_lines:
        document["lines"] = line_items(framework, sheet, named=named)
    return document


def dimensions(framework: Framework, sheet: Sheet, *, named: bool = False) -> list[dict[str, Any]]:
    """Return the sums of each dimension's lines; `full` is the points in force."""
    sums = by_dimension(framework, sheet.lines.units)
    return [
        {
            "code": dimension.code,
            **(_name(dimension.name) if named else {}),
            "points": in_points(framework, earned),
            "full": in_points(framework, full),
        }
        for dimension, earned, full in zip(
            framework.dimensions, sums, sheet.dimensions, strict=True
        )
    ]


def line_items(
    framework: Framework, sheet: Sheet, *, named: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the lines in the framework's order; `full` is the maximum in force."""
    lines = sheet.lines
    for at, indicator in enumerate(framework.indicators):
        yield {
            "indicator": indicator.code,
            **(_name(indicator.name) if named else {}),
            "value": number(lines.values[at]),
            "share": number(lines.shares[at]),
            "points": in_points(framework, lines.units[at]),
            "full": in_points(framework, sheet.full[at]),
            "missing": bool(lines.flags[at] & MISSING),
            "flags": flags.names(lines.flags[at]),
        }


def _name(name: Name) -> dict[str, Any]:
    return {"name": {"zh": name.zh, "en": name.en}}


def past(
    framework: Framework, scores: Sequence[Lines], *, with_lines: bool, named: bool
) -> Iterator[dict[str, Any]]:
    """Give each of *scores* as `HistoryItem` describes it; who was withdrawn has no lines."""
    standing = sheets(framework, [each for each in scores if not each.withdrawn])
    for each in scores:
        sheet = None if each.withdrawn else next(standing)
        yield {
            "run": each.run,
            "recorded_at": moments.written(each.recorded_at),
            "total": in_points(framework, each.total),
            "full": in_points(framework, framework.full),
            "coverage": each.coverage,
            "ranked": not (each.withdrawn or each.blocked),
            "withdrawn": each.withdrawn,
            "dimensions": [] if sheet is None else dimensions(framework, sheet, named=named),
            "lines": line_items(framework, sheet, named=named)
            if with_lines and sheet is not None
            else None,
        }
