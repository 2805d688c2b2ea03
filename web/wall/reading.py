"""What the wall shows, read at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from api.http.state import Gateway
from shared.applicants.store import Sought
from shared.rankings import movements
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.scoring.points import in_points
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
    the last run; *ranks* are by code, those of the last runs,
    of numbers *runs*.
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
    ranks: Mapping[str, Sequence[int]]


async def read(
    held: Gateway, framework: Framework, round_: RoundFacts, fresh: Freshness, kind: str
) -> Found:
    """Read the wall of one *kind* of applicant as of the run that is *fresh*."""
    asked = Asked(Sought(kind), "stacked", 1, pinned=False)
    first = await ranking.read(held, framework, round_, fresh, None, asked)
    since = max(0, fresh.run - RUNS)
    moves = await movements.between(held.database, round_.id, since, fresh.run, kind, RUNS)
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
        len(moves.moved(len(moves.runs) - 1)) if moves.runs else 0,
        movers[:MOVERS],
        [each.number for each in moves.runs],
        dict(zip(moves.applicants, moves.ranks[1:].T.tolist(), strict=True)),
    )
