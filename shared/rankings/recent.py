"""The ranks over a round's last runs, worked out once for all who look at one applicant of it."""

from cachetools import LRUCache

from shared.core.flights import Flights
from shared.database import Database
from shared.rankings import movements
from shared.rankings.movements import Movements
from shared.rankings.store import AsOf

MOST_RUNS = 60
"""So many runs are looked back on; of large rounds fewer."""

RECENT_KEPT = 16


class Recent:
    """The ranks over the last runs that this process worked out of late."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._flights = Flights[Movements]()
        self._known: LRUCache[tuple[int, AsOf, str], Movements] = LRUCache(RECENT_KEPT)

    async def of(self, round_id: int, as_of: AsOf, kind: str, cohort: int) -> Movements:
        """Return the ranks within a *kind*, of so large a *cohort*, over the runs up to *as_of*.

        Takes connections of its own where they are not known: the caller should hold none.
        """
        known = self._known.get((round_id, as_of, kind))
        if known is not None:
            return known
        runs = movements.looked_back(MOST_RUNS, cohort)
        since = max(0, as_of.run - runs)

        async def look() -> Movements:
            found = await movements.between(self._database, round_id, since, as_of.run, kind, runs)
            self._known[round_id, as_of, kind] = found
            return found

        return await self._flights.share((round_id, as_of, kind), look)
