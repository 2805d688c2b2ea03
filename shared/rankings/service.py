"""Rankings: computed once for a run, and moved on to the next where that is cheaper."""

import asyncio

from cachetools import LRUCache

from shared.core.flights import Flights
from shared.database import Database, Session
from shared.rankings import store
from shared.rankings.ranking import Ranking, ranked
from shared.rankings.store import AsOf, Standing

RANKINGS_KEPT = 8


class Rankings:
    """The rankings that this process worked out of late."""

    def __init__(self, database: Database) -> None:
        """Read through *database*."""
        self._database = database
        self._flights = Flights[Ranking]()
        self._rankings: LRUCache[tuple[int, AsOf], Ranking] = LRUCache(RANKINGS_KEPT)
        self._newest: LRUCache[int, tuple[AsOf, Standing]] = LRUCache(RANKINGS_KEPT)

    async def as_of(self, round_id: int, as_of: AsOf) -> Ranking:
        """Return the round's ranking as of a run: read once for all who ask at the same time.

        Takes a connection of its own where it is not known: the caller should hold none.
        """
        known = self._rankings.get((round_id, as_of))
        if known is not None:
            return known
        return await self._flights.share((round_id, as_of), lambda: self._work_out(round_id, as_of))

    async def _work_out(self, round_id: int, as_of: AsOf) -> Ranking:
        async with self._database.reading() as session:
            standing = await self._standing(session, round_id, as_of)
        made = await asyncio.to_thread(ranked, standing, round_id)
        self._rankings[round_id, as_of] = made
        return made

    async def _standing(self, session: Session, round_id: int, as_of: AsOf) -> Standing:
        """Move the newest standing on, if that leads to *as_of*, or read it."""
        found = None
        since, earlier = self._newest.get(round_id, (None, None))
        if since and earlier and since.run <= as_of.run:
            found = await store.moved_on(session, round_id, earlier, since, as_of.run)
        if found is None:
            found = await store.standing(session, round_id, as_of.run)
        if since is None or since.run <= as_of.run:
            self._newest[round_id] = as_of, found
        return found
