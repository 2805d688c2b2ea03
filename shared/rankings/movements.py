"""Ranks over several runs: who moved from where to where, computed when it is read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.database import Database
from shared.rankings import movement_store as store
from shared.rankings.movement_store import RunFacts, Totals
from shared.scoring.arrays import BoolArray, IntArray
from shared.scoring.rank import rank

MOST_RUNS = 100

MOST_RANKS = 500_000
"""Ranks that are worked out at once: of a round with more applicants, fewer runs."""


@dataclass(frozen=True, slots=True)
class Movements:
    """Ranks as of a run, and as of each of the *runs* that followed it.

    *ranks* has shape (runs + 1, applicants), the run before the first of *runs* first; 0 is
    unranked, or not in the round.
    """

    applicants: Sequence[str]
    runs: Sequence[RunFacts]
    ranks: IntArray

    def moved(self, at: int) -> IntArray:
        """Return the positions of who has another rank with the run *at* than before it."""
        return np.flatnonzero(self.ranks[at + 1] != self.ranks[at])


async def between(
    database: Database, round_id: int, since: int, until: int, kind: str | None, limit: int
) -> Movements:
    """Return the ranks from run *since*, 0 for before the first, over the runs up to *until*.

    They are places within *kind*, or among all. Of whoever took part in none of these runs there
    are none. At most *limit* runs, and of large rounds fewer, but one at least.
    """
    async with database.snapshot() as session:
        found = await store.runs_between(session, round_id, since, until, limit)
        runs = affordable(found)
        codes = await store.entered(session, round_id, kind)
        last = runs[-1].number if runs else since
        totals = await store.totals(session, round_id, codes, since, last)
    numbers = [since, *(each.number for each in runs)]
    ranks, present = await asyncio.to_thread(ranks_over, totals, numbers, len(codes))
    there = np.flatnonzero(present)
    return Movements([codes[at] for at in there.tolist()], runs, ranks[:, there])


def looked_back(most: int, cohort: int) -> int:
    """Return over how many runs one looks back, at *most* so many: of a large *cohort* fewer."""
    return max(1, min(most, MOST_RANKS // max(1, cohort)))


def affordable(runs: Sequence[RunFacts]) -> Sequence[RunFacts]:
    """Return as many of the first *runs* as are worked out at once, one of them at least."""
    ranks = np.cumsum([each.cohort for each in runs])
    return runs[: max(1, int(np.searchsorted(ranks, MOST_RANKS, side="right")))]


def ranks_over(totals: Totals, runs: Sequence[int], applicants: int) -> tuple[IntArray, BoolArray]:
    """Rank so many *applicants* as of each of *runs*, which ascend and whose first may be 0.

    Returns ranks of shape (runs, applicants), 0 where there is none, and who took part at all.
    *totals* are what held as of the first run, and all that is new with the others.
    """
    order = np.argsort(totals.run, kind="stable")
    ends = np.searchsorted(totals.run[order], runs, side="right").tolist()
    ranks = np.zeros((len(runs), applicants), np.int64)
    total = np.zeros(applicants, np.int64)
    blocked, present = np.zeros(applicants, np.bool_), np.zeros(applicants, np.bool_)
    ever = present.copy()
    begin = 0
    for at, end in enumerate(ends):
        new = order[begin:end]
        if len(new) == 0:
            ranks[at] = ranks[at - 1] if at else 0
            continue
        who = totals.applicant[new]
        total[who], blocked[who] = totals.total[new], totals.blocked[new]
        present[who] = ~totals.withdrawn[new]
        ever |= present
        cohort = np.flatnonzero(present)
        ranks[at, cohort] = rank(total[cohort], np.zeros_like(cohort), blocked[cohort]).rank
        begin = end
    return ranks, ever
