"""Turns: how many may write to one round at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from shared.database.faults import RoundBusy


class Turns:
    """The places that each round has, for those who may have to wait for its lock.

    They wait for a place without a connection, so that one locked round leaves connections to all
    others.
    """

    def __init__(self, places: int, patience: timedelta) -> None:
        """Give each round so many *places*; who waits longer than *patience* is sent away."""
        self._places, self._patience = places, patience.total_seconds()
        self._rounds = WeakValueDictionary[str, asyncio.Semaphore]()

    @asynccontextmanager
    async def turn(self, round_: str) -> AsyncIterator[None]:
        """Have one of the round's places. Raises: RoundBusy."""
        places = self._rounds.setdefault(round_, asyncio.Semaphore(self._places))
        try:
            async with asyncio.timeout(self._patience):
                await places.acquire()
        except TimeoutError:
            raise RoundBusy(f"others write to round {round_}") from None
        try:
            yield
        finally:
            places.release()
