"""Work that several wait for at the same time, done once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")

AT_ONCE = 10
"""So many of those who waited go on before others have their turn: each may have much to send."""


class Flights(Generic[Result]):
    """Single flight: while work is under way, whoever asks for the same waits for its result.

    The work belongs to nobody who waits. It goes on when any of them leaves, and has to open for
    itself what it needs: a session of the first who asked would be closed when that one left.
    """

    def __init__(self) -> None:
        """Have nothing under way."""
        self._waiting: dict[Hashable, list[asyncio.Future[Result]]] = {}
        self._flights = set[asyncio.Task[None]]()

    async def share(self, key: Hashable, work: Callable[[], Awaitable[Result]]) -> Result:
        """Return what *work* returns, begun here or by an earlier call with the same *key*.

        Raises: whatever the work raises, to each who waits.
        """
        landed: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if key in self._waiting:
            self._waiting[key].append(landed)
        else:
            self._waiting[key] = [landed]
            flight = asyncio.create_task(self._fly(key, work))
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await landed

    async def _fly(self, key: Hashable, work: Callable[[], Awaitable[Result]]) -> None:
        """Do the *work*, and tell what came of it to those who wait until then."""
        try:
            result = await work()
        except asyncio.CancelledError:
            for each in self._waiting.pop(key):
                each.cancel()
            raise
        except Exception as error:  # noqa: BLE001 -- it belongs to whoever waits
            await self._tell(key, asyncio.Future.set_exception, error)
        else:
            await self._tell(key, asyncio.Future.set_result, result)

    async def _tell(self, key: Hashable, tell: Callable[..., None], what: object) -> None:
        for at, each in enumerate(self._waiting.pop(key), 1):
            if not each.done():  # done is who has left
                tell(each, what)
            if at % AT_ONCE == 0:
                await asyncio.sleep(0)
