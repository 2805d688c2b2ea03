"""Where rounds stand: asked once for all who ask at the same time."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from shared.changes import store as changes
from shared.database import Database
from shared.rankings import store as standings
from shared.rankings.store import Freshness

LOOK_SECONDS = 0.25
"""How long a waiting reader trusts that it will be notified before it looks by itself."""


class Watch:
    """Answers how fresh a round's scores are, and wakes who waits for a run."""

    def __init__(self, database: Database) -> None:
        """Ask through *database*."""
        self._database = database
        self._next: dict[int, asyncio.Task[Freshness]] = {}
        self._turns: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._woken = asyncio.Event()

    def heard(self, _round: int | None) -> None:
        """Wake who waits: some round has a new run, or we may have missed one."""
        self._woken.set()
        self._woken = asyncio.Event()

    async def freshness(self, round_id: int) -> Freshness:
        """Return where the round stands, as seen after the call.

        If no query is running, start one; otherwise wait for its end and share the next.
        """
        turn = self._turns[round_id]
        if round_id not in self._next and not turn.locked():
            async with turn:
                return await standings.glance(self._database, round_id)
        if round_id not in self._next:
            self._next[round_id] = asyncio.create_task(self._look(round_id))
        return await asyncio.shield(self._next[round_id])

    async def _look(self, round_id: int) -> Freshness:
        async with self._turns[round_id]:
            del self._next[round_id]
            return await standings.glance(self._database, round_id)

    async def included(self, round_id: int, submission: int, seconds: float) -> bool:
        """Wait at most *seconds* for a run to take in *submission*; say whether one has."""

        async def has() -> bool:
            async with self._database.reading() as session:
                return not await changes.pending(session, round_id, submission)

        return await self._wait(has, seconds)

    async def passed(self, round_id: int, run: int, seconds: float) -> bool:
        """Wait at most *seconds* for a run behind the one of number *run*; say whether one is."""

        async def is_() -> bool:
            return (await self.freshness(round_id)).run > run

        return await self._wait(is_, seconds)

    async def _wait(self, come_true: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """Ask whenever some round has a new run, and now and then."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while True:
            woken = self._woken
            if await come_true():
                return True
            left = end - loop.time()
            if left <= 0:
                return False
            try:
                async with asyncio.timeout(min(left, LOOK_SECONDS)):
                    await woken.wait()
            except TimeoutError:
                continue
