"""What the wall shows, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.http.state import Gateway
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.scoring.points import in_points
from web.movement import reading as movement
from web.movement.reading import Track
from web.ranking import reading as ranking
from web.ranking.reading import Place, positions

PLACES = 15
RUNS = 10
MOVERS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """The first places, how the whole cohort stands, and who moved.

    *among* how many the places are, *median* their total in points, *complete* how many lack
    nothing, *moved* how many have another rank since the run before. *movers* moved furthest with
    the last run; *tracks* are the places over the last runs, of numbers *runs*.
    """

    round: RoundFacts
    framework: Framework
    fresh: Freshness
    places: Sequence[Place]
    among: int
    median: float | None
    complete: int
    moved: int
    movers: Sequence[Place]
    runs: Sequence[int]
    tracks: Sequence[Track]


async def read(
    held: Gateway, framework: Framework, round_: RoundFacts, fresh: Freshness, kind: str
) -> Found:
    """Read the wall of one *kind* of applicant as of the run that is *fresh*."""
    stand = await ranking.standing(held, framework, round_, fresh)
    whole, own = stand.whole, stand.whole.places(kind)
    order = positions(own)
    movers = sorted(filter(stand.moved, order), key=lambda at: -abs(stand.moved(at) or 0))
    first = order[:PLACES]
    places = await ranking.places_of(held, stand, [*first, *movers[:MOVERS]])
    over = await movement.read(held, round_, fresh, kind, RUNS, PLACES)
    return Found(
        round_,
        framework,
        fresh,
        places[: len(first)],
        len(order),
        in_points(framework, round(float(np.median(whole.totals[own])))) if order else None,
        int(np.count_nonzero(whole.coverage[own] >= 1)),
        over.moved[-1] if over.moved else 0,
        places[len(first) :],
        [each.number for each in over.runs],
        over.tracks,
    )
