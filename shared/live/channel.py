"""A round that is listened to: looked at once for all who do."""

import asyncio
import contextlib
from contextvars import Context

import structlog

from shared.database import Database
from shared.live import store
from shared.live.position import Sight

log = structlog.get_logger()

LOOK_SECONDS = 1.0
"""How long it is trusted that a notification comes, and how often progress is looked at."""

GATHER_SECONDS = 0.05
"""How long notifications gather before a look."""


class Channel:
    """Where a round stands, for all who listen to it in this process."""

    def __init__(self, database: Database, round_id: int) -> None:
        """Know nothing yet, and look through *database* from now on."""
        self._database, self._round_id = database, round_id
        self._turn = asyncio.Lock()
        self._heard, self._stirred = asyncio.Event(), asyncio.Event()
        self.sight: Sight | None = None
        self.listeners = 0
        self._heard.set()
        self._watch = asyncio.get_running_loop().create_task(self._look_always(), context=Context())

    def close(self) -> None:
        """Look no more: nobody listens."""
        self._watch.cancel()

    def heard(self) -> None:
        """Look soon: something may have happened."""
        self._heard.set()

    def stir(self) -> None:
        """Wake all who wait."""
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    async def look(self) -> Sight:
        """Return where the round stands, and wake who waits if that is news.

        One look at a time, so that nobody is shown an earlier moment after a later one.
        """
        async with self._turn:
            found = await store.look(self._database, self._round_id)
            if found != self.sight:
                self.sight = found
                self.stir()
        return found

    async def stirred(self) -> None:
        """Wait until something is news, or somebody is to end."""
        await self._stirred.wait()

    async def _look_always(self) -> None:
        """Look at once, whenever something was heard, and now and then."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._heard.wait()
                await asyncio.sleep(GATHER_SECONDS)
            self._heard.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 -- the next look may succeed
                log.warning("look at a round failed", error=type(error).__name__)
