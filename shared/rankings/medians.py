"""What the middle of a cohort earns, to hold one applicant's points against."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from cachetools import LRUCache

from shared.core.flights import Flights
from shared.database import Database
from shared.rankings.ranking import Ranking
from shared.rankings.store import AsOf
from shared.runs import score_store as scores
from shared.scoring.arrays import IntArray
from shared.scoring.framework import Framework

MEDIANS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Middle:
    """The medians of a cohort, in units of the framework's precision.

    *lines* and *dimensions* follow the framework. Each is a median for itself: they do not add up.
    Who has no value earns nothing, and is among those of whom the median is taken.
    """

    total: float
    dimensions: Sequence[float]
    lines: Sequence[float]


def middle(framework: Framework, units: IntArray) -> Middle:
    """Return the medians of *units*, of shape (applicants, indicators); one applicant at least."""
    dimensions = np.zeros((len(units), len(framework.dimensions)), np.int64)
    np.add.at(dimensions.T, np.array(framework.dimension_of), units.T)
    return Middle(
        float(np.median(units.sum(axis=1))),
        np.median(dimensions, axis=0).tolist(),
        np.median(units, axis=0).tolist(),
    )


class Medians:
    """The medians that this process worked out of late."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._flights = Flights[Middle]()
        self._known: LRUCache[tuple[int, AsOf, str], Middle] = LRUCache(MEDIANS_KEPT)

    async def of(
        self, framework: Framework, round_id: int, as_of: AsOf, ranking: Ranking, kind: str
    ) -> Middle:
        """Return the medians of the applicants of a *kind* in *ranking*, the round's as of a run.

        Some must be of the kind. Takes a connection of its own where they are not known.
        """
        known = self._known.get((round_id, as_of, kind))
        if known is not None:
            return known

        async def look() -> Middle:
            pairs = zip(ranking.applicants, ranking.kinds, strict=True)
            codes = [code for code, of in pairs if of == kind]
            width = len(framework.indicators)
            async with self._database.session() as session:
                found = await scores.latest(session, round_id, codes, width, as_of.run)
            made = await asyncio.to_thread(middle, framework, found.units)
            self._known[round_id, as_of, kind] = made
            return made

        return await self._flights.share((round_id, as_of, kind), look)
