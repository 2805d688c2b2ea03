"""How rounds stand, for a list of them: what a run says is worked out once, and then kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from shared.core.flights import Flights
from shared.database import Database
from shared.rankings import overview_store as store
from shared.rankings.overview_store import Outcome, Progress
from shared.rankings.store import AsOf

RUNS_KEPT = 1_000

RunOf = tuple[int, AsOf]
"""A round's id, and one of its runs."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One round: how far it is, and what its last run says."""

    progress: Progress
    outcome: Outcome


class Overviews:
    """How the rounds stand that were asked for of late, with who leads of one *kind*."""

    def __init__(self, database: Database, kind: str) -> None:
        """Read through *database*."""
        self._database, self._kind = database, kind
        self._kept: LRUCache[RunOf, Outcome] = LRUCache(RUNS_KEPT)
        self._flights = Flights[Mapping[RunOf, Outcome]]()

    async def of(self, rounds: Sequence[int]) -> dict[int, Overview]:
        """Return how each of *rounds* stands, by id. The caller should hold no connection."""
        async with self._database.reading() as session:
            progress = await store.progress(session, rounds)
        runs = {(id_, each.as_of) for id_, each in progress.items()}
        known = {each: self._kept[each] for each in runs if each in self._kept}
        if unknown := frozenset(runs - known.keys()):
            known |= await self._flights.share(unknown, lambda: self._work_out(unknown))
        return {id_: Overview(each, known[id_, each.as_of]) for id_, each in progress.items()}

    async def _work_out(self, runs: frozenset[RunOf]) -> dict[RunOf, Outcome]:
        numbers = [(id_, as_of.run) for id_, as_of in runs]
        async with self._database.reading() as session:
            found = await store.outcomes(session, numbers, self._kind)
        made = {each: found[each[0]] for each in runs}
        self._kept.update(made)
        return made
