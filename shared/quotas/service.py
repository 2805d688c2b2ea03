"""Spending quotas: from memory where that suffices, else the database grants more at once."""

import asyncio
import time

import structlog

from shared.core.errors import QuotaExceeded
from shared.core.principal import Principal
from shared.core.quota import Counted, Quota
from shared.database import Database, SchemaUnknown
from shared.quotas import store as windows
from shared.quotas.lease import Grant, Lease, Policy, Standing

log = structlog.get_logger()

TRIES = 3
"""A window may end while its grant is under way."""


class Account:
    """What one key may spend of one policy in this process."""

    def __init__(self, database: Database, key: int, policy: Policy) -> None:
        """Ask *database* for grants."""
        self._database = database
        self._key = key
        self._lease = Lease(policy)
        self._asking = asyncio.Lock()

    async def spend(self, amount: int) -> Standing:
        """Spend so much, whatever comes of what it is spent for. Raises: QuotaExceeded."""
        if not self._lease.spend(amount, time.monotonic()):
            async with self._asking:
                await self._spend_granted(amount)
        return self.standing()

    def standing(self) -> Standing:
        """Say what is left."""
        return self._lease.standing(time.monotonic())

    async def _spend_granted(self, amount: int) -> None:
        for _ in range(TRIES):
            now = time.monotonic()
            if self._lease.spend(amount, now):
                return
            if self._lease.is_spent(amount, now):
                break
            self._lease.take_in(await self._granted(self._lease.lacks(amount, now)), now)
        raise _exceeded(self.standing())

    async def _granted(self, least: int) -> Grant:
        policy = self._lease.policy
        try:
            async with self._database.driver() as driver:
                return await windows.grant(driver, self._key, policy, least)
        except SchemaUnknown as error:
            log.warning("each gateway counts quotas for itself", reason=str(error))
            now = time.monotonic()
            return Grant(policy.limit, policy.limit, now, policy.window)


def _exceeded(standing: Standing) -> QuotaExceeded:
    policy = standing.policy
    return QuotaExceeded(
        f"the quota of {policy.limit} {policy.counted} in {policy.window} seconds has"
        f" {standing.left} left",
        quota=policy.counted,
        limit=policy.limit,
        window_seconds=policy.window,
        left=standing.left,
        retry_after=max(1, standing.seconds),
    )


class Quotas:
    """The accounts of keys that this process has seen: no more than there are keys."""

    def __init__(self, database: Database, default: Quota) -> None:
        """Hold keys without a quota of their own to *default*."""
        self._database = database
        self._default = default
        self._unlimited = not any(map(default.of, Counted))
        self._accounts: dict[tuple[int, Counted], Account | None] = {}

    def account(self, who: Principal, counted: Counted) -> Account | None:
        """Return what *who* spends from; None: it may send any number.

        A token has no key: those of one reporter count together, as the key of that number below 0.
        """
        if who.quota is None and self._unlimited:
            return None
        named = who.key or -who.reporter, counted
        if named not in self._accounts:
            limit = (who.quota or Quota()).over(self._default).of(counted)
            policy = Policy(counted, limit)
            self._accounts[named] = Account(self._database, named[0], policy) if limit else None
        return self._accounts[named]
