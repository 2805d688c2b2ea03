"""What the wall shows, read at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.http.state import Gateway
from shared.applicants.store import Sought
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.scoring.points import in_points
from web.movement import reading as movement
from web.movement.reading import Track
from web.ranking import reading as ranking
from web.ranking.reading import Asked, Place

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
    asked = Asked(Sought(kind), "stacked", 1, pinned=False)
    first = await ranking.read(held, framework, round_, fresh, None, asked)
    over = await movement.read(held, round_, fresh, kind, RUNS, PLACES)
    whole = await held.rankings.as_of(round_.id, fresh.as_of)
    own = whole.places(kind)
    movers = [each for each in first.places if each.moved]
    movers.sort(key=lambda each: -abs(each.moved or 0))
    return Found(
        round_,
        framework,
        fresh,
        first.places[:PLACES],
        first.among,
        in_points(framework, round(float(np.median(whole.totals[own])))) if len(own) else None,
        int(np.count_nonzero(whole.coverage[own] >= 1)),
        over.moved[-1] if over.moved else 0,
        movers[:MOVERS],
        [each.number for each in over.runs],
        over.tracks,
    )
