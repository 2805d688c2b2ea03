"""What the ranking's page shows, read at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from api.http.state import Gateway
from api.rankings.freshness import earlier_of
from shared.applicants import store as applicants
from shared.applicants.store import Sought, StoredApplicant
from shared.core.principal import Principal
from shared.operations.model import Operation
from shared.rankings import store as standings
from shared.rankings.order import arranged
from shared.rankings.ranking import Ranking
from shared.rankings.store import Freshness, Names
from shared.rounds.store import RoundFacts
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework
from shared.scoring.points import by_dimension, in_points
from shared.sensitivity.intervals import Interval
from shared.visibility import streams_whole

ON_A_PAGE = 100


class Asked(NamedTuple):
    """Which page: who is *sought*, how bars stand, which hundred, whether the run was named."""

    sought: Sought
    view: str
    number: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One applicant's row.

    *rank* is None for who is not ranked; *moved*: so many places up since the run before, None
    where there was none.
    """

    applicant: StoredApplicant
    rank: int | None
    moved: int | None
    total: float
    coverage: float
    points: Sequence[float]
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Found:
    """All that the page shows: the *places* of one page, and *among* how many they are.

    *analysis* is the one that intervals come from.
    """

    round: RoundFacts
    framework: Framework
    fresh: Freshness
    analysis: Operation | None
    places: Sequence[Place]
    among: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A round's ranking as of the run that is *fresh*, and everybody's rank *before* that."""

    round: RoundFacts
    framework: Framework
    fresh: Freshness
    whole: Ranking
    before: Mapping[str, int]

    def rank(self, at: int) -> int | None:
        """Return the rank of who stands at this position; None: not ranked."""
        return int(self.whole.own.rank[at]) or None

    def moved(self, at: int) -> int | None:
        """Return so many places up since the run before; None: of who was or is not ranked."""
        rank, before = self.rank(at), self.before.get(self.whole.applicants[at])
        return before - rank if before and rank else None


async def standing(
    held: Gateway, framework: Framework, round_: RoundFacts, fresh: Freshness
) -> Standing:
    """Return how everybody stands as of the run that is *fresh*."""
    whole = await held.rankings.as_of(round_.id, fresh.as_of)
    before = await _ranks_before(held, round_, fresh)
    return Standing(round_, framework, fresh, whole, before)


async def read(
    held: Gateway,
    framework: Framework,
    round_: RoundFacts,
    fresh: Freshness,
    analysis: Operation | None,
    asked: Asked,
) -> Found:
    """Read the page's places as of the run that is *fresh*, with what *analysis* says of them."""
    stand = await standing(held, framework, round_, fresh)
    order = await _order(held, stand.whole, asked.sought, fresh.names)
    begin = (asked.number - 1) * ON_A_PAGE
    places = await places_of(held, stand, order[begin : begin + ON_A_PAGE], analysis)
    return Found(round_, framework, fresh, analysis, places, len(order))


async def places_of(
    held: Gateway, stand: Standing, chosen: Sequence[int], analysis: Operation | None = None
) -> list[Place]:
    """Return the places of those *chosen* by position, with what *analysis* says of them."""
    round_, framework, run = stand.round, stand.framework, stand.fresh.run
    codes = [stand.whole.applicants[at] for at in chosen]
    async with held.database.reading() as session:
        lines = await standings.lines(session, round_.id, codes, run)
        known = await applicants.some(session, codes, stand.fresh.names.as_of)
    spans = await held.intervals.of(round_.id, analysis, codes) if analysis else {}
    return [
        Place(
            known[code],
            stand.rank(at),
            stand.moved(at),
            in_points(framework, lines[code].total),
            lines[code].coverage,
            [in_points(framework, each) for each in by_dimension(framework, lines[code].units)],
            spans.get(code),
        )
        for at, code in zip(chosen, codes, strict=True)
    ]


async def analysis_of(
    held: Gateway, round_: RoundFacts, fresh: Freshness, who: Principal
) -> Operation | None:
    """Return the newest analysis of how sure places are, unless it is of a later run.

    Who is not told of operations is shown none: it tells of marks how far apart two places are.
    """
    if not streams_whole(who):
        return None
    newest = await held.intervals.newest(round_.id)
    return newest if newest and newest.parameters["run"] <= fresh.run else None


async def _order(held: Gateway, whole: Ranking, sought: Sought, names: Names) -> list[int]:
    """Return who is sought, as positions in order of rank."""
    if sought.q is None:
        return positions(whole.places(sought.kind))
    async with held.database.reading() as session:
        found = await applicants.found(session, sought, names.as_of)
    return positions(await asyncio.to_thread(arranged, whole, sought.kind, "rank", found))


def positions(order: IntArray) -> list[int]:
    """Return *order* as plain numbers."""
    plain: list[int] = order.tolist()
    return plain


async def _ranks_before(held: Gateway, round_: RoundFacts, fresh: Freshness) -> dict[str, int]:
    """Return everybody's rank within its kind as of the run before; 0 and who is missing: none."""
    if fresh.run < 2:  # noqa: PLR2004 -- the first run has none before it
        return {}
    earlier = await earlier_of(held, round_, fresh, fresh.run - 1)
    before = await held.rankings.as_of(round_.id, earlier.as_of)
    return dict(zip(before.applicants, before.own.rank.tolist(), strict=True))
