"""Turns: how many may do the same at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from shared.database.faults import Busy


class Turns:
    """The places that each thing has, for those who may have to wait for its lock.

    They wait for a place without a connection, so that one locked thing leaves connections to all
    others.
    """

    def __init__(self, places: int, patience: timedelta) -> None:
        """Give each so many *places*; who waits longer than *patience* is sent away."""
        self._places, self._patience = places, patience.total_seconds()
        self._things = WeakValueDictionary[str, asyncio.Semaphore]()

    @asynccontextmanager
    async def turn(self, thing: str) -> AsyncIterator[None]:
        """Have one of the places of a *thing*, a round for instance. Raises: Busy."""
        places = self._things.setdefault(thing, asyncio.Semaphore(self._places))
        try:
            async with asyncio.timeout(self._patience):
                await places.acquire()
        except TimeoutError:
            raise Busy(f"others have their turn with {thing}") from None
        try:
            yield
        finally:
            places.release()
