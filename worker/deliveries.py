"""Deliveries: what happened is sent to whoever subscribed, beside the scoring loop."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from shared.database import Database, full, out_of_reach
from shared.webhooks import delivery_store as store
from shared.webhooks.courier import Courier
from shared.webhooks.delivery_store import Claims
from worker import metrics
from worker.loop import Bell, repeat

log = structlog.get_logger()

MOST_AT_ONCE = 16
"""Subscriptions that one worker delivers to at the same time."""


@dataclass
class Deliverer:
    """Delivers to subscriptions that are due; any number of workers share them."""

    database: Database
    courier: Courier
    bell: Bell
    idle: timedelta
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Deliver until told to stop; attempts under way are then brought to their end."""
        await repeat(self._deliver_always, self._pause, self.stop, "deliveries broke off")

    async def _pause(self) -> None:
        await self.bell.wait(self.idle)

    async def _deliver_always(self) -> bool:
        """Deliver until told to stop, or until the claims are lost: then nothing is under way."""
        async with store.claims(self.database) as claims:
            try:
                await self._deliver_what_is_due(claims)
            except ExceptionGroup as several:
                raise several.exceptions[0] from None  # which `repeat` can tell apart
        return True

    async def _deliver_what_is_due(self, claims: Claims) -> None:
        async with asyncio.TaskGroup() as under_way:
            while not self.stop.is_set():
                for webhook in await claims.take(MOST_AT_ONCE):
                    under_way.create_task(self._deliver(claims, webhook))
                await self._count()
                await self._pause()

    async def _deliver(self, claims: Claims, webhook: int) -> None:
        """Deliver to one subscription, and look again for more if it received everything."""
        received = False
        try:
            received = await self.courier.deliver(webhook, lambda: not self.stop.is_set())
        except Exception as error:
            if not (out_of_reach(error) or full(error)):
                log.exception("delivery broke off", webhook=webhook)
        await claims.let_go(webhook)
        if received:
            self.bell.ring()

    async def _count(self) -> None:
        paused, failing = await store.counts(self.database)
        metrics.WEBHOOKS.labels("paused").set(paused)
        metrics.WEBHOOKS.labels("failing").set(failing)
