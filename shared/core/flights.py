"""Work that several wait for at the same time, done once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class Flights(Generic[Result]):
    """Single flight: while work is under way, whoever asks for the same waits for its result.

    The work belongs to nobody who waits. It goes on when any of them leaves, and has to open for
    itself what it needs: a session of the first who asked would be closed when that one left.
    """

    def __init__(self) -> None:
        """Have nothing under way."""
        self._under_way: dict[Hashable, asyncio.Task[Result]] = {}

    async def share(self, key: Hashable, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return what *work* returns, begun here or by an earlier call with the same *key*.

        Raises: whatever the work raises, to each who waits.
        """
        if key not in self._under_way:
            flight = asyncio.create_task(self._fly(key, work))
            flight.add_done_callback(_heard)
            self._under_way[key] = flight
        return await asyncio.shield(self._under_way[key])

    async def _fly(self, key: Hashable, work: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await work()
        finally:
            del self._under_way[key]


def _heard(flight: asyncio.Task[Any]) -> None:
    """Take note of how a *flight* failed: where all who waited have left, asyncio would complain.

    They left since it took too long, and were told so.
    """
    if not flight.cancelled():
        flight.exception()
