"""Who holds a secret: looked up once for all who send it at a time, and kept for a moment."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import TLRUCache

from shared.core.flights import Flights

KEPT = 10_000

Holder = TypeVar("Holder")


@dataclass(frozen=True, slots=True)
class Known(Generic[Holder]):
    """A holder, and for how many *seconds* from when it was asked for that may be believed."""

    holder: Holder
    seconds: float


class Remembered(Generic[Holder]):
    """The secrets seen of late; by a steady clock, whatever becomes of the time of day."""

    def __init__(self, look_up: Callable[[str], Awaitable[Known[Holder] | None]]) -> None:
        """Look up what is not known; None: the secret opens nothing."""
        self._look_up = look_up
        self._known: TLRUCache[str, tuple[Holder, float]] = TLRUCache(
            KEPT, lambda _secret, kept, _now: kept[1], timer=time.monotonic
        )
        self._heard = 0
        self._lookups = Flights[tuple[Holder, float] | None]()

    def known(self, secret: str) -> Holder | None:
        """Return who holds *secret* if that was found out a moment ago."""
        kept = self._known.get(secret)
        return None if kept is None else kept[0]

    async def holder(self, secret: str) -> Holder | None:
        """Return who holds *secret*, None if it opens nothing. Raises: what looking up raises."""
        known = self.known(secret)
        if known is not None:
            return known
        heard = self._heard
        # What was asked before an end was heard of is no answer to who asks after it.
        found = await self._lookups.share((secret, heard), lambda: self._timed(secret))
        if found is None:
            return None
        if heard == self._heard:  # else the answer may be from before what was heard
            self._known[secret] = found
        return found[0]

    async def _timed(self, secret: str) -> tuple[Holder, float] | None:
        asked = time.monotonic()
        found = await self._look_up(secret)
        return None if found is None else (found.holder, asked + found.seconds)

    def forget(self, those: Callable[[Holder], bool] | None = None) -> None:
        """Forget *those* whose end was heard of; without, every one."""
        self._heard += 1
        if those is None:
            self._known.clear()
            return
        for secret in [each for each, (holder, _) in self._known.items() if those(holder)]:
            self._known.pop(secret, None)
