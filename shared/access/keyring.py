"""Who holds a key, remembered for a moment."""

import time
from datetime import timedelta

from cachetools import TTLCache

from shared.access import service as keys
from shared.access import written
from shared.core.principal import Principal
from shared.database import Database

KEPT = 10_000


class Keyring:
    """The keys seen of late; a revoked one is admitted no longer than *kept* after."""

    def __init__(self, database: Database, kept: timedelta) -> None:
        """Ask *database* for what is not known."""
        self._database = database
        self._known: TTLCache[str, Principal] = TTLCache(
            KEPT, kept.total_seconds(), timer=time.monotonic
        )

    def known(self, key: str) -> Principal | None:
        """Return who holds *key* if that was found out a moment ago."""
        return self._known.get(key)

    async def holder(self, key: str) -> Principal | None:
        """Return who holds *key*, None if it opens nothing."""
        principal = self._known.get(key)
        if principal is None and written.may_be_one(key):
            async with self._database.reading() as session:
                principal = await keys.authenticate(session, key)
            if principal is not None:
                self._known[key] = principal
        return principal
