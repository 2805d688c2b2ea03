"""`python -m bench.stalls.gateway PORT`: the gateway, and how long its loop stood still.

That is the longest step of a request, in CPU time of the loop's thread; and CPU time of the process
between two turns of the loop, with the steps of all requests in it, and with threads, of which one
may keep the interpreter to itself. What other processes take of the machine does not count.
"""

import asyncio
import sys
import time

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.__main__ import serve
from api.app import over
from api.connection import Connection
from bench.stalls.steps import Steps
from shared.process import lifecycle
from shared.process.listening import listen

PATH = "/longest-hold"
EVERY_SECONDS = 0.001


class Held:
    """Stands before *app*, and answers `PATH` with the longest turn and step, in milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        """Measure turns from the first question on, and steps from the start."""
        self._app = app
        self._steps = Steps()
        self._longest = 0.0
        self._turning: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().set_task_factory(self._steps.task)
            timed = self._steps.timed(Connection.data_received)
            setattr(Connection, "data_received", timed)  # noqa: B010 -- else mypy minds
        if scope.get("path") != PATH:
            await self._app(scope, receive, send)
            return
        self._turning = self._turning or asyncio.create_task(self._turn())
        longest, self._longest = self._longest, 0.0
        await JSONResponse([longest, self._steps.take()])(scope, receive, send)

    async def _turn(self) -> None:
        before = time.process_time()
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            now = time.process_time()
            self._longest = max(self._longest, (now - before) * 1e3)
            before = now


def main() -> None:
    """Serve until SIGTERM."""
    settings, url = lifecycle.begin("gateway")
    serve(Held(over(url, settings)), settings, listen("127.0.0.1", int(sys.argv[1])))


if __name__ == "__main__":
    main()
