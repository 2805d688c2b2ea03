"""Who signed in, remembered for a moment."""

from datetime import timedelta

from shared.access.remembered import Known, Remembered
from shared.access.uses import Uses
from shared.core.principal import Principal
from shared.database import Database
from shared.sessions import service
from shared.sessions.store import Found


class Sessions:
    """The sessions seen of late, until their end is heard of or comes by itself.

    Where it is not heard of, they are asked for again after *kept*.
    """

    def __init__(self, database: Database, kept: timedelta, uses: Uses) -> None:
        """Ask *database* for what is not known, and tell *uses* whose key is used."""
        self._database, self._kept, self._uses = database, kept.total_seconds(), uses
        self._open = Remembered(self._look_up)

    def known(self, token: str) -> Principal | None:
        """Return who signed in with this *token*, if that was found out a moment ago."""
        found = self._open.known(token)
        return None if found is None else found.principal

    async def holder(self, token: str) -> Principal | None:
        """Return who signed in with this *token*, None if nobody is so. Raises: SchemaUnknown."""
        found = await self._open.holder(token)
        return None if found is None else found.principal

    async def _look_up(self, token: str) -> Known[Found] | None:
        async with self._database.reading() as session:
            found = await service.find(session, token)
        if found is None:
            return None
        self._uses.note(found.principal.key)
        return Known(found, min(self._kept, found.seconds))

    def heard(self, number: int | None) -> None:
        """Forget the session of this number, which was ended; with None every session."""
        self._open.forget(None if number is None else lambda found: found.number == number)

    def key_heard(self, number: int | None) -> None:
        """Forget all sessions of the key of this number, whose end was set; with None every one."""
        self._open.forget(None if number is None else lambda found: found.principal.key == number)
