"""Rankings: computed once for a run, and moved on to the next where that is cheaper."""

from cachetools import LRUCache

from shared.database import Session
from shared.rankings import store
from shared.rankings.ranking import Ranking, ranked
from shared.rankings.store import AsOf, Standing

RANKINGS_KEPT = 8


class Rankings:
    """The rankings that this process worked out of late."""

    def __init__(self) -> None:
        """Know none yet."""
        self._rankings: LRUCache[tuple[int, AsOf], Ranking] = LRUCache(RANKINGS_KEPT)
        self._newest: LRUCache[int, tuple[AsOf, Standing]] = LRUCache(RANKINGS_KEPT)

    async def as_of(self, session: Session, round_id: int, as_of: AsOf) -> Ranking:
        """Return the round's ranking as of a run."""
        known = self._rankings.get((round_id, as_of))
        if known is None:
            standing = await self._standing(session, round_id, as_of)
            known = self._rankings[round_id, as_of] = ranked(standing, round_id)
        return known

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
