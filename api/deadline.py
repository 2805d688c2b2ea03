"""When a request is given up whose answers from the database do not come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Message, Scope, Send


class Deadline:
    """Of one request: all that it asks the database must be answered within *seconds*.

    What the client takes for sending its body, and for reading the answer, does not count.
    """

    def __init__(self, seconds: float) -> None:
        """Count from `kept` on."""
        self._seconds = seconds
        self._timeout = asyncio.timeout(seconds)

    @asynccontextmanager
    async def kept(self, scope: Scope) -> AsyncIterator[None]:
        """Give up what is done meanwhile at the deadline. Raises: TimeoutError."""
        scope["state"]["deadline"] = self
        async with self._timeout:
            yield

    def stop(self) -> None:
        """Wait for the client from now on, however long the connection lets it take."""
        self._timeout.reschedule(None)

    def restart(self, seconds: float = 0.0) -> None:
        """Count from now on, and let it take *seconds* more: the client asked to wait."""
        now = asyncio.get_running_loop().time()
        self._timeout.reschedule(now + self._seconds + seconds)

    def until_answered(self, send: Send) -> Send:
        """Return *send*, with which the deadline ends."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.stop()
            await send(message)

        return answer
