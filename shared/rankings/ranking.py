"""The ranking of a round as of a run: computed when it is read, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shared.database import Session
from shared.rankings import store as standings
from shared.rankings.store import Standing
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.rank import Ranks, lots, rank


@dataclass(frozen=True)
class Ranking:
    """Everybody's place, as columns in order of applicant.

    *own* are the places within the kind, *overall* among all. *order* lists positions from the
    first place to the last, the unranked behind; who ties is in an order drawn for the round.
    """

    applicants: Sequence[str]
    kinds: Sequence[str]
    totals: IntArray
    coverage: FloatArray
    blocked: BoolArray
    own: Ranks
    overall: Ranks
    order: IntArray

    @cached_property
    def positions(self) -> dict[str, int]:
        """The position of each applicant."""
        return {code: at for at, code in enumerate(self.applicants)}

    def places(self, kind: str | None) -> IntArray:
        """Return positions in order of place, of one kind or of all."""
        if kind is None:
            return self.order
        mine: IntArray = self.order[np.array(self.kinds, dtype=np.str_)[self.order] == kind]
        return mine


def ranked(standing: Standing, round_id: int) -> Ranking:
    """Rank *standing*; lots are drawn for *round_id*."""
    totals = np.array(standing.totals, np.int64)
    blocked = np.array(standing.blocked, np.bool_)
    _, cohort = np.unique(np.array(standing.kinds, dtype=np.str_), return_inverse=True)
    overall = rank(totals, np.zeros_like(totals), blocked)
    tied = np.flatnonzero(blocked | (overall.tied > 1))
    lot = np.zeros_like(totals)
    lot[tied] = lots([standing.applicants[at] for at in tied], round_id)
    return Ranking(
        applicants=standing.applicants,
        kinds=standing.kinds,
        totals=totals,
        coverage=np.array(standing.coverage, np.float64),
        blocked=blocked,
        own=rank(totals, cohort, blocked),
        overall=overall,
        order=np.lexsort((lot, -totals, blocked)),
    )


async def as_of(session: Session, round_id: int, run: int) -> Ranking:
    """Return the ranking that held from *run* on."""
    return ranked(await standings.standing(session, round_id, run), round_id)
