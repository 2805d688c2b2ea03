"""The keys of an issuer as a gateway remembers them, so that hardly a request waits for it."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from shared.access.tokens.issuer import IssuerUnusable
from shared.access.tokens.key_set import KeySet
from shared.core.errors import Unavailable
from shared.core.flights import Flights

log = structlog.get_logger()

FRESH = 300.0
"""Seconds after which the keys are asked for anew, beside the requests: so long may a key that the
issuer took back still verify."""

BELIEVED = 3600.0
"""Seconds for which keys hold while the issuer does not answer."""

PAUSE = 60.0
"""Seconds between two questions, whatever tokens of unknown keys arrive."""

PAUSE_WITHOUT_KEYS = 5.0


class PublishedKeys:
    """What the issuer said last, and when."""

    def __init__(
        self, ask: Callable[[], Awaitable[KeySet]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Know nothing yet; *ask* raises IssuerUnusable."""
        self._ask, self._clock = ask, clock
        self._keys: KeySet | None = None
        self._asked_at = 0.0
        self._next_at = float("-inf")
        self._flights = Flights[None]()
        self._beside: asyncio.Task[None] | None = None

    async def with_key(self, kid: str) -> KeySet:
        """Return the issuer's keys, asked for anew if *kid* is not among them and it may be.

        Raises: Unavailable where there are none that may still be believed.
        """
        if (keys := self._believed()) is None or kid not in keys:
            await self._refresh()
        elif self._clock() > self._asked_at + FRESH and self._due() and self._beside is None:
            self._beside = asyncio.create_task(self._refresh())
            self._beside.add_done_callback(self._done)
        if (keys := self._believed()) is None:
            raise Unavailable("the issuer of the token does not answer")
        return keys

    def _done(self, _: object) -> None:
        self._beside = None

    def _due(self) -> bool:
        return self._clock() >= self._next_at

    def _believed(self) -> KeySet | None:
        return self._keys if self._clock() <= self._asked_at + BELIEVED else None

    async def _refresh(self) -> None:
        """Ask, or wait for who asks already; not at all if that was done a moment ago."""
        if self._due():
            await self._flights.share("keys", self._asked)

    async def _asked(self) -> None:
        try:
            self._keys = await self._ask()
            self._asked_at = self._clock()
        except IssuerUnusable as error:
            log.warning("the issuer's keys were not read", reason=str(error))
        finally:
            pause = PAUSE_WITHOUT_KEYS if self._believed() is None else PAUSE
            self._next_at = self._clock() + pause
