"""What would change in a round's scores: totals, places, and the ends of cohorts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shared.runs.rescoring import Rescored
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework
from shared.scoring.rank import rank

MOST_LISTED = 1_000
"""Changes of a sort that are listed, the largest first; all are counted."""

EDGES = ("best", "worst")


@dataclass(frozen=True, slots=True)
class OfTotal:
    """An applicant's total before and after, in units of the framework's precision."""

    applicant: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class OfRank:
    """An applicant's rank among its kind before and after; None: barred from the ranking."""

    applicant: str
    kind: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class OfCohort:
    """The best or worst value (*edge*) that an indicator's scale takes from applicants of a kind.

    In the indicator's own unit; None: nobody reported.
    """

    indicator: str
    kind: str
    edge: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything that would change, `MOST_LISTED` of each sort, and how many there are of each."""

    totals: Sequence[OfTotal] = ()
    ranks: Sequence[OfRank] = ()
    cohorts: Sequence[OfCohort] = ()
    totals_changed: int = 0
    ranks_changed: int = 0
    cohorts_changed: int = 0


def effect(
    framework: Framework,
    applicants: Sequence[str],
    kinds: Sequence[str],
    before: Rescored,
    after: Rescored,
) -> Effect:
    """Compare two scorings of the same *applicants*, one of *kinds* each."""
    then, now = before.scores, after.scores
    totals = _largest(np.abs(now.totals - then.totals))
    _, cohort = np.unique(np.array(kinds, dtype=np.str_), return_inverse=True)
    was = rank(then.totals, cohort, then.blocked).rank
    will = rank(now.totals, cohort, now.blocked).rank
    # Who comes into the ranking or falls out of it moves farther than anybody within.
    moves = np.where((was == 0) != (will == 0), len(applicants), np.abs(will - was))
    ranks = _largest(moves)
    cohorts = list(_edges(framework, before, after))
    return Effect(
        [
            OfTotal(applicants[at], int(then.totals[at]), int(now.totals[at]))
            for at in totals[:MOST_LISTED]
        ],
        [
            OfRank(applicants[at], kinds[at], int(was[at]) or None, int(will[at]) or None)
            for at in ranks[:MOST_LISTED]
        ],
        cohorts[:MOST_LISTED],
        len(totals),
        len(ranks),
        len(cohorts),
    )


def _largest(size: IntArray) -> IntArray:
    """Return the positions of what is not 0, the largest first, equals in their order."""
    order = np.argsort(-size, kind="stable")
    return order[: np.count_nonzero(size)]


def _edges(framework: Framework, before: Rescored, after: Rescored) -> Iterator[OfCohort]:
    """Yield the ends of cohorts that differ, in the order of the indicators."""
    for indicator in framework.indicators:
        for kind, parameters in after.parameters.items():
            was = before.parameters[kind].get(indicator.code, {})
            will = parameters.get(indicator.code, {})
            for edge in EDGES:
                if was.get(edge) != will.get(edge):
                    yield OfCohort(indicator.code, kind, edge, was.get(edge), will.get(edge))
