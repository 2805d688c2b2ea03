"""When a request is given up whose answers from the database do not come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

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


class AtMost:
    """Gives up what the task that makes it does within it, after so many *seconds*.

    For what is done in less time than `asyncio.timeout` takes to begin and end.
    """

    __slots__ = ("_cancelled", "_over", "_task", "_timer")

    def __init__(self, seconds: float) -> None:
        """Count from now on."""
        self._task: asyncio.Task[Any] = asyncio.current_task()  # type: ignore[assignment]
        self._cancelled, self._over = self._task.cancelling(), False
        self._timer = self._task.get_loop().call_later(seconds, self._end)

    def __enter__(self) -> None:
        """Count since it was made."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Say that time is over, unless somebody else broke it off. Raises: TimeoutError."""
        self._timer.cancel()
        if self._over:
            others = self._task.uncancel() > self._cancelled
            if kind is asyncio.CancelledError and not others:
                raise TimeoutError

    def _end(self) -> None:
        self._over = True
        self._task.cancel()
