"""Refused requests on their way into the audit trail: gathered in memory, written off their path.

Refusing takes no transaction, so it stays cheap for us; and what is noted stays noted where a
request's own transaction is undone.
"""

import asyncio
import time

import structlog

from shared.audit import refusal_store as stored
from shared.audit.refusals import Gathered, Refused
from shared.database import Database

log = structlog.get_logger()

WRITTEN_SECONDS = 2.0
"""How often what was noted is written; a process that is killed loses as much."""


class RefusalLog:
    """What this process refused since it last wrote that down."""

    def __init__(self, database: Database) -> None:
        """Write to *database*."""
        self._database = database
        self._gathered = Gathered()

    def note(self, refused: Refused) -> None:
        """Note a request that is refused now."""
        self._gathered.note(refused, time.monotonic())

    async def write(self) -> None:
        """Write down what was noted: one statement, however much."""
        rows = self._gathered.take(time.monotonic())
        if not rows:
            return
        try:
            async with self._database.driver() as driver:
                await stored.append(driver, rows)
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
            log.warning("refused requests not written", error=type(error).__name__)
