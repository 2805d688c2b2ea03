"""Places over the last runs, read at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.applicants.store import StoredApplicant
from shared.rankings import movements
from shared.rankings.movement_store import RunFacts
from shared.rankings.movements import Movements
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.arrays import IntArray
from shared.scoring.rank import lots

RUNS = 12
PLACES = 20


@dataclass(frozen=True, slots=True)
class Track:
    """One applicant over the runs: its ranks, and the places in which it stands beside its equals.

    Both count from 1, 0 where it is not ranked. *moved*: so many places up from the first of the
    runs that ranked it to the last.
    """

    applicant: StoredApplicant
    ranks: Sequence[int]
    slots: Sequence[int]
    moved: int


@dataclass(frozen=True, slots=True)
class Found:
    """The *runs*, how many *moved* with each, and who ever was among the first."""

    round: RoundFacts
    fresh: Freshness
    runs: Sequence[RunFacts]
    moved: Sequence[int]
    tracks: Sequence[Track]


async def read(
    held: Gateway,
    round_: RoundFacts,
    fresh: Freshness,
    kind: str,
    most: int = RUNS,
    first: int = PLACES,
) -> Found:
    """Read the last runs up to the one that is *fresh*, at most so many: of large rounds fewer.

    Tracks are of those who ever were among the *first* so many.
    """
    whole = await held.rankings.as_of(round_.id, fresh.as_of)
    runs = movements.looked_back(most, len(whole.applicants))
    since = max(0, fresh.run - runs)
    moves = await movements.between(held.database, round_.id, since, fresh.run, kind, runs)
    slots = await asyncio.to_thread(places, moves, round_.id)
    shown = np.flatnonzero(((slots > 0) & (slots <= first)).any(axis=0)).tolist()
    async with held.database.reading() as session:
        codes = [moves.applicants[at] for at in shown]
        known = await applicants.some(session, codes, fresh.names.as_of)
    tracks = []
    for at in shown:
        ranks = moves.ranks[1:, at].tolist()
        ranked = [each for each in ranks if each]
        track = Track(
            known[moves.applicants[at]], ranks, slots[:, at].tolist(), ranked[0] - ranked[-1]
        )
        tracks.append(track)
    moved = [len(moves.moved(at)) for at in range(len(moves.runs))]
    return Found(round_, fresh, moves.runs, moved, tracks)


def places(moves: Movements, round_id: int) -> IntArray:
    """Return where each applicant stands as of each run, of shape (runs, applicants); 0: nowhere.

    Who shares a rank stands in the order of the round's lots, as in the ranking.
    """
    slots = np.zeros_like(moves.ranks[1:])
    lot = lots(moves.applicants, round_id)
    for at, ranks in enumerate(moves.ranks[1:]):
        ranked = np.flatnonzero(ranks)
        order = ranked[np.lexsort((lot[ranked], ranks[ranked]))]
        slots[at, order] = np.arange(1, len(order) + 1)
    return slots
