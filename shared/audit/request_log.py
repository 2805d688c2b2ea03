"""Requests on their way into the audit trail: gathered in memory, written off their path.

Refusing and reading take no transaction for it, so they stay cheap; and what is noted stays noted
where a request's own transaction is undone.
"""

import asyncio
import time

import structlog

from shared.audit import request_store as stored
from shared.audit.requests import MOST_OF_ONE, Gathered, Noted
from shared.database import Database

log = structlog.get_logger()

WRITTEN_SECONDS = 2.0
"""How often what was noted is written; a process that is killed loses as much."""


class RequestLog:
    """What this process noted since it last wrote that down, as events of one action."""

    def __init__(
        self, database: Database, action: str, most_of_one: int = MOST_OF_ONE, *, each: bool = False
    ) -> None:
        """Write to *database*; of one caller there are *most_of_one* kinds of requests.

        Or *each* request is an event.
        """
        self._database, self._action = database, action
        self._gathered = Gathered(most_of_one, each)
        self._writing: asyncio.Task[None] | None = None

    def note(self, noted: Noted) -> None:
        """Note a request that ends now."""
        self._gathered.note(noted, time.monotonic())

    async def write(self) -> None:
        """Write down what was noted: one statement, however much, and one at a time.

        Who waits for it may be cancelled: it goes on, so that nothing is written twice.
        """
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])
        self._writing = asyncio.create_task(self._write())
        self._writing.add_done_callback(_heard)
        await asyncio.shield(self._writing)

    async def _write(self) -> None:
        rows = self._gathered.take(time.monotonic())
        if not rows:
            return
        try:
            async with self._database.driver() as driver:
                await stored.append(driver, self._action, rows)
        except BaseException:
            self._gathered.give_back(rows)
            raise

    async def keep_writing(self) -> None:
        """Write from time to time, until cancelled; what could not be written is kept."""
        while True:
            await asyncio.sleep(WRITTEN_SECONDS)
            await self._try_to_write()

    async def finish(self) -> None:
        """Write all there is, at the end of a process."""
        self._gathered.sum_up(time.monotonic())
        await self._try_to_write()

    async def _try_to_write(self) -> None:
        try:
            await self.write()
        except Exception as error:  # noqa: BLE001 -- it is tried again
            log.warning("requests not written", action=self._action, error=type(error).__name__)


def _heard(writing: asyncio.Task[None]) -> None:
    """Take note of a failure: who waited for it may be gone."""
    if not writing.cancelled():
        writing.exception()
