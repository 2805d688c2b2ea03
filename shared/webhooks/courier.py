"""Delivering to one subscription: one event after the other, each until it was received."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

import structlog

from shared.database import Database
from shared.webhooks import delivery_store as store
from shared.webhooks.delivery_store import Attempt, Subscription
from shared.webhooks.letters import Letter, Letters, written
from shared.webhooks.model import Answer, Patience
from shared.webhooks.sending import Sender
from shared.webhooks.signing import headers

log = structlog.get_logger()

TEST = "test"
Report: TypeAlias = Callable[[Answer], None]

SENT = {"content-type": "application/json", "user-agent": "pilotzone"}


class Courier:
    """Delivers to whichever subscription it is told to; the caller holds the claim to it."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        patience: Patience,
        report: Report = lambda _: None,
    ) -> None:
        """Deliver what is in *database* by *sender*; each attempt is told to *report*."""
        self._database, self._sender, self._patience = database, sender, patience
        self._report = report
        self._letters = Letters(database)

    async def close(self) -> None:
        """Give up every connection."""
        await self._sender.close()
        await self._database.close()

    async def deliver(self, webhook: int, wanted: Callable[[], bool]) -> bool:
        """Deliver what a subscription is still to be told, as long as it is *wanted*.

        Return whether all that was attempted was received. What is there is read once: there may
        be more by the end.
        """
        to = await store.subscription(self._database, webhook)
        if to is None:
            return False
        if to.untested:
            await self._test(webhook, to)
        if to.paused:
            return False
        lanes = await store.outstanding(self._database, webhook)
        failures = to.failures
        for letter in await self._letters.of(lanes):
            if not (wanted() and await self._delivered(webhook, to, letter, failures)):
                return False
            failures = 0
        return True

    async def _delivered(
        self, webhook: int, to: Subscription, letter: Letter, failures: int
    ) -> bool:
        """Make one attempt, after so many failures in a row, and say whether to go on."""
        attempt = await store.begin(self._database, webhook, letter.at, letter.position)
        if attempt is None:
            return False
        answer = await self._send(to, letter.number, attempt.number, letter.body)
        self._report(answer)
        if answer.failure is None:
            return await store.delivered(self._database, attempt, answer.status)
        await self._failed(attempt, answer, failures + 1)
        return False

    async def _failed(self, attempt: Attempt, answer: Answer, failures: int) -> None:
        wait, most = self._patience.wait(failures), self._patience.most
        paused = await store.failed(self._database, attempt, answer, wait, most)
        log.warning(
            "delivery failed",
            webhook=attempt.webhook,
            attempt=attempt.number,
            status=answer.status,
            failure=answer.failure,
            paused=paused,
        )

    async def _test(self, webhook: int, to: Subscription) -> None:
        body = written(TEST, datetime.now(UTC), {})
        answer = await self._send(to, f"{TEST}-{webhook}-{to.test}", 1, body)
        await store.tested(self._database, webhook, to.test, answer)

    async def _send(self, to: Subscription, number: str, attempt: int, body: bytes) -> Answer:
        said = SENT | headers(to.secret, number, attempt, int(time.time()), body)
        return await self._sender.send(to.url, said, body)
