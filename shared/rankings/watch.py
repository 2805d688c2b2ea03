"""Where rounds stand: asked once for all who ask at the same time."""

import asyncio
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
        self._waiting: dict[int, list[asyncio.Future[Freshness]]] = {}
        self._looking: dict[int, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()

    def heard(self, _round: int | None) -> None:
        """Wake who waits: some round has a new run, or we may have missed one."""
        self._woken.set()
        self._woken = asyncio.Event()

    async def freshness(self, round_id: int) -> Freshness:
        """Return where the round stands, as seen after the call.

        Whoever asks before the next look begins shares it. Raises: TimeoutError.
        """
        if round_id in self._waiting:
            # A future each: who goes away takes nobody along, and it costs less than a shield.
            seen: asyncio.Future[Freshness] = asyncio.get_running_loop().create_future()
            self._waiting[round_id].append(seen)
            return await seen
        self._waiting[round_id] = []
        try:
            return await standings.glance(self._database, round_id)
        except TimeoutError as error:
            _fail(self._waiting[round_id], error)  # theirs would not come either
            raise
        finally:
            if any(not each.done() for each in self._waiting[round_id]):
                self._looking[round_id] = asyncio.create_task(self._look(round_id))
            else:
                del self._waiting[round_id]

    async def _look(self, round_id: int) -> None:
        """Look for all who wait, again for who came meanwhile, and on until nobody waits."""
        while waiting := self._waiting[round_id]:
            self._waiting[round_id] = []
            try:
                fresh = await standings.glance(self._database, round_id)
            except TimeoutError as error:
                _fail(waiting + self._waiting[round_id], error)
                self._waiting[round_id] = []
            except Exception as error:  # noqa: BLE001 -- it belongs to whoever waits
                _fail(waiting, error)
            else:
                for each in (each for each in waiting if not each.done()):
                    each.set_result(fresh)
        del self._waiting[round_id], self._looking[round_id]

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


def _fail(waiting: list[asyncio.Future[Freshness]], error: Exception) -> None:
    for each in (each for each in waiting if not each.done()):
        each.set_exception(error)
