"""Who holds a key or a token, remembered for a moment."""

import time
from datetime import timedelta

from cachetools import TTLCache

from shared.access import service as keys
from shared.access import written
from shared.access.tokens import compact
from shared.access.tokens.tokens import Tokens
from shared.access.uses import Uses
from shared.core.flights import Flights
from shared.core.principal import Principal
from shared.database import Database

KEPT = 10_000


class Keyring:
    """The keys seen of late, until their end is heard of; where it is not, for *kept* at most."""

    def __init__(self, database: Database, kept: timedelta, tokens: Tokens | None = None) -> None:
        """Ask *database* for what is not known; without *tokens* keys alone open anything."""
        self._database, self._tokens = database, tokens
        self._known: TTLCache[str, Principal] = TTLCache(
            KEPT, kept.total_seconds(), timer=time.monotonic
        )
        self._heard = 0
        self._lookups = Flights[Principal | None]()
        self.uses = Uses(database)

    def known(self, key: str) -> Principal | None:
        """Return who holds *key*, or the token in its place, if that was found out a moment ago."""
        if self._tokens is not None and not key.startswith(written.PREFIX):
            return self._tokens.known(key)
        return self._known.get(key)

    async def holder(self, key: str) -> Principal | None:
        """Return who holds *key*, None if it opens nothing. Raises: what `Tokens.holder` raises."""
        if self._tokens is not None and compact.looks_like_one(key):
            return await self._tokens.holder(key)
        principal = self._known.get(key)
        if principal is None and written.may_be_one(key):
            heard = self._heard
            # What was asked before an end was heard of is no answer to who asks after it.
            principal = await self._lookups.share((key, heard), lambda: self._look_up(key))
            if principal is not None:
                self.uses.note(principal.key)
                if heard == self._heard:  # else the answer may be from before what was heard
                    self._known[key] = principal
        return principal

    async def _look_up(self, key: str) -> Principal | None:
        async with self._database.reading() as session:
            return await keys.authenticate(session, key)

    def heard(self, number: int | None) -> None:
        """Forget the key of this number, whose end was set; with None every key."""
        self._heard += 1
        if number is None:
            self._known.clear()
            return
        for key in [key for key, who in self._known.items() if who.key == number]:
            self._known.pop(key, None)
