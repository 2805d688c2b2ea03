"""When keys were last used: noted in memory, and written down now and then."""

import asyncio

import structlog

from shared.access import use_store as stored
from shared.database import Database

log = structlog.get_logger()

WRITTEN_SECONDS = 60.0
"""How often what was noted is written."""


class Uses:
    """Which keys this process has seen since it last wrote that down."""

    def __init__(self, database: Database) -> None:
        """Write to *database*."""
        self._database = database
        self._noted = set[int]()

    def note(self, number: int) -> None:
        """Note that the key of this number opens something now."""
        self._noted.add(number)

    async def write(self) -> None:
        """Write down what was noted: one statement, however many keys."""
        if self._noted:
            numbers, self._noted = self._noted, set()
            async with self._database.driver() as driver:
                await stored.set_used(driver, numbers)

    async def keep_writing(self) -> None:
        """Write from time to time, until cancelled; what fails is not worth a process."""
        while True:
            await asyncio.sleep(WRITTEN_SECONDS)
            try:
                await self.write()
            except Exception as error:  # noqa: BLE001 -- the next use is noted again
                log.warning("last use of keys not written", error=type(error).__name__)
