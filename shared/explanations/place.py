"""Where a score stands: its place, its neighbours, and in which lines the one above is ahead."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from shared.rankings.ranking import Ranking
from shared.scoring.framework import Framework
from shared.scoring.points import in_points

MOST_NEIGHBOURS = 10
"""How many of those who share the neighbouring rank are named."""

MOST_AHEAD = 3
"""How many lines are named in which the one above earns more."""

Json = dict[str, Any]


NO_PLACE: Json = dict.fromkeys(("rank", "tied", "cohort_size", "above", "below"))
"""What is said of a place to who must not know it."""


def place_in(framework: Framework, ranking: Ranking, at: int) -> Json:
    """Say where the applicant at this position of *ranking* stands, and how far from the next."""
    own, kind, total = ranking.own, ranking.kinds[at], int(ranking.totals[at])
    peers = ranking.places(kind)
    peers = peers[~ranking.blocked[peers]]
    above = below = np.empty(0, np.int64)
    if not ranking.blocked[at]:
        totals = ranking.totals[peers]  # descending
        first, end = (totals > total).sum(), (totals >= total).sum()
        above = peers[totals == totals[first - 1]] if first else above
        below = peers[totals == totals[end]] if end < totals.size else below
    return {
        "rank": int(own.rank[at]) or None,
        "tied": int(own.tied[at]),
        "cohort_size": int(own.cohort_size[at]),
        "above": _neighbours(framework, ranking, above, total),
        "below": _neighbours(framework, ranking, below, total),
    }


def ahead(framework: Framework, own: Sequence[int], theirs: Sequence[int]) -> list[Json]:
    """Name the lines in which *theirs* earn most more units than *own*, the widest first."""
    wider = sorted(range(len(own)), key=lambda at: own[at] - theirs[at])
    return [
        {
            "indicator": framework.indicators[at].code,
            "points": in_points(framework, own[at]),
            "theirs": in_points(framework, theirs[at]),
        }
        for at in wider[:MOST_AHEAD]
        if theirs[at] > own[at]
    ]


def _neighbours(framework: Framework, ranking: Ranking, at: Any, total: int) -> Json | None:
    if at.size == 0:
        return None
    theirs = int(ranking.totals[at[0]])
    return {
        "rank": int(ranking.own.rank[at[0]]),
        "tied": int(at.size),
        "applicants": [ranking.applicants[each] for each in at[:MOST_NEIGHBOURS]],
        "total": in_points(framework, theirs),
        "distance": in_points(framework, abs(theirs - total)),
    }
