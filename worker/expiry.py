"""Expiry: what is kept for a time is taken away after it: answers, windows of quotas, sessions."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from shared.database import Database
from shared.idempotency import store as answers
from shared.quotas import store as windows
from shared.sessions import store as sessions
from worker.loop import Bell, repeat

PAUSE = timedelta(minutes=1)


@dataclass
class Expiry:
    """Takes away what was kept longer than *kept*; any number of workers may do it at once."""

    database: Database
    kept: timedelta
    bell: Bell = field(default_factory=Bell)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Look again and again until told to stop."""
        await repeat(self.take_away, self._pause, self.stop, "expiry failed")

    async def _pause(self) -> None:
        await self.bell.wait(PAUSE)

    async def take_away(self) -> bool:
        """Take away some; say whether there may be more."""
        async with self.database.driver() as driver:
            more = await windows.take_away(driver)
            more = await sessions.take_away(driver) or more
        async with self.database.session() as session:
            return await answers.take_away(session, self.kept) or more
