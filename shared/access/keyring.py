"""Who holds a key or a token, remembered for a moment."""

from datetime import timedelta

from shared.access import service as keys
from shared.access import written
from shared.access.remembered import Known, Remembered
from shared.access.tokens import compact
from shared.access.tokens.tokens import Tokens
from shared.access.uses import Uses
from shared.core.principal import Principal
from shared.database import Database


class Keyring:
    """The keys seen of late, until their end is heard of; where it is not, for *kept* at most."""

    def __init__(self, database: Database, kept: timedelta, tokens: Tokens | None = None) -> None:
        """Ask *database* for what is not known; without *tokens* keys alone open anything."""
        self._database, self._tokens = database, tokens
        self._kept = kept.total_seconds()
        self._keys = Remembered(self._look_up)
        self.uses = Uses(database)

    def known(self, key: str) -> Principal | None:
        """Return who holds *key*, or the token in its place, if that was found out a moment ago."""
        if self._tokens is not None and not key.startswith(written.PREFIX):
            return self._tokens.known(key)
        return self._keys.known(key)

    async def holder(self, key: str) -> Principal | None:
        """Return who holds *key*, None if it opens nothing. Raises: what `Tokens.holder` raises."""
        if self._tokens is not None and compact.looks_like_one(key):
            return await self._tokens.holder(key)
        return await self._keys.holder(key) if written.may_be_one(key) else None

    async def _look_up(self, key: str) -> Known[Principal] | None:
        async with self._database.reading() as session:
            principal = await keys.authenticate(session, key)
        if principal is None:
            return None
        self.uses.note(principal.key)
        return Known(principal, self._kept)

    def heard(self, number: int | None) -> None:
        """Forget the key of this number, whose end was set; with None every key."""
        self._keys.forget(None if number is None else lambda who: who.key == number)
