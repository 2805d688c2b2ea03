"""The answer to how sure a ranking is: the part that only computes."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.rankings.ranking import Ranking
from shared.runs.score_store import Versions
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework
from shared.scoring.points import in_points
from shared.sensitivity.choices import shifts
from shared.sensitivity.draws import GENERATOR, Draws, Report, places
from shared.sensitivity.swaps import swaps

SHARE_OF_DRAWS = 0.9
"""How much of the progress the draws are; the choices come before."""

NOTHING_BELOW = {"next": None, "beats_next": None, "swap": None}


@dataclass(frozen=True)
class Material:
    """The scores to look into, whose positions are those of the *ranking*."""

    framework: Framework
    ranking: Ranking
    scores: Versions


def answer(material: Material, parameters: dict[str, Any], report: Report) -> str:
    """Work out how sure each place is; return the result as JSON.

    The result is a *summary*, with what was asked and each cohort's choices, and *items*: the
    ranked applicants by kind and in the order of the ranking, ties included.
    """
    kinds = np.array(material.ranking.kinds, dtype=np.str_)[material.scores.applicant]
    cohorts: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    names = np.unique(kinds).tolist()
    for number, kind in enumerate(names):

        def part(done: float, before: int = number) -> None:
            report((before + done) / len(names))

        own = _cohort(material, np.flatnonzero(kinds == kind))
        cohorts.append({"kind": kind} | _choices(own, part))
        items += [{"kind": kind} | item for item in _items(own, parameters, part)]
    summary = parameters | {"generator": GENERATOR, "cohorts": cohorts}
    return json.dumps({"summary": summary, "items": items}, separators=(",", ":"))


@dataclass(frozen=True)
class _Cohort:
    """One kind's scores, codes and ranks (0: not ranked), and the ranked in order of place."""

    framework: Framework
    scores: Versions
    codes: list[str]
    rank: IntArray
    order: IntArray


def _cohort(material: Material, members: IntArray) -> _Cohort:
    own, ranking = material.scores.take(members), material.ranking
    place = ranking.own.rank[own.applicant]
    ranked = np.flatnonzero(place)
    listed = np.argsort(ranking.order)[own.applicant]
    order = ranked[np.argsort(listed[ranked])]
    codes = [ranking.applicants[at] for at in own.applicant]
    return _Cohort(material.framework, own, codes, place, order)


def _choices(cohort: _Cohort, part: Report) -> dict[str, Any]:
    own = cohort.scores

    def report(done: float) -> None:
        part((1 - SHARE_OF_DRAWS) * done)

    found = shifts(cohort.framework, own.values, own.shares, own.blocked, report)
    return {
        "applicants": len(own),
        "ranked": len(cohort.order),
        "choices": [
            {
                "choice": each.choice,
                "value": each.value,
                "mean_shift": each.mean,
                "greatest_shift": each.greatest,
                "applicant": None if each.row is None else cohort.codes[each.row],
                "rank": each.before,
                "becomes": each.after,
            }
            for each in found
        ],
    }


def _items(cohort: _Cohort, parameters: dict[str, Any], part: Report) -> list[dict[str, Any]]:
    framework, ranked = cohort.framework, cohort.scores.take(cohort.order)

    def report(done: float) -> None:
        part(1 - SHARE_OF_DRAWS + SHARE_OF_DRAWS * done)

    draws = Draws(parameters["seed"], parameters["draws"], parameters["band"])
    found = places(framework, ranked.shares, ranked.units, draws, parameters["first"], report)
    turns = swaps(framework, ranked.shares, ranked.units)
    codes = [cohort.codes[at] for at in cohort.order]
    below = [
        {"next": code, "beats_next": beats, "swap": _swap(framework, indicator, change)}
        for code, beats, indicator, change in zip(
            codes[1:],
            found.beats_next[:-1].tolist(),
            turns.indicator.tolist(),
            turns.change.tolist(),
            strict=True,
        )
    ]
    names = "applicant", "rank", "low", "median", "high", "first"
    columns = cohort.rank[cohort.order], found.low, found.median, found.high, found.first
    rows = zip(codes, *(column.tolist() for column in columns), strict=True)
    return [
        dict(zip(names, row, strict=True)) | after
        for row, after in zip(rows, [*below, NOTHING_BELOW][: len(codes)], strict=True)
    ]


def _swap(framework: Framework, indicator: int, change: int) -> dict[str, Any] | None:
    """Show a change of one weight, in points; None where no single weight can swap two."""
    if indicator < 0:
        return None
    changed = framework.indicators[indicator]
    return {
        "indicator": changed.code,
        "weight": in_points(framework, changed.full),
        "new_weight": in_points(framework, changed.full + change),
        "change": in_points(framework, change),
    }
