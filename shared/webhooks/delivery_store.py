"""What is to be delivered, by whom, and what became of it: the worker's side.

A worker that delivers to a subscription holds its advisory lock, all of them over one connection.
The connection is the claim: if it goes, another worker delivers at once. Whoever lost the claim
without knowing changes nothing any more, since an attempt is noted before it is made and only who
made the last one says what became of it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from shared.database import Database, Driver
from shared.database.locks import Lock, key
from shared.live.happenings import Lane
from shared.webhooks.model import LONGEST_WAIT, Answer
from shared.webhooks.store import HEAD, IN_FORCE, PENDING

KNOWN = "SELECT to_regclass('webhook_position') IS NOT NULL"

DUE = f"""
    WITH head AS MATERIALIZED ({HEAD})
    SELECT webhook.id FROM webhook JOIN api_key ON api_key.id = webhook.key
    WHERE {IN_FORCE} AND webhook.id <> ALL ($1::bigint[]) AND (
        tests_asked > tests_made
        OR NOT paused AND (retry_at BETWEEN now() AND now() + $2::interval) IS NOT TRUE
            AND EXISTS (SELECT FROM {PENDING})
    )
    ORDER BY last_attempt_at NULLS FIRST, webhook.id LIMIT $3
"""  # noqa: S608 -- all of it stands above
"""Who is due. A `retry_at` beyond the longest wait is of a clock that was set back."""

SUBSCRIPTION = f"""
    SELECT url, secret, failures, paused, tests_asked, tests_asked > tests_made
    FROM webhook JOIN api_key ON api_key.id = webhook.key WHERE webhook.id = $1 AND {IN_FORCE}
"""  # noqa: S608 -- all of it stands above

LANES = f"""
    WITH head AS MATERIALIZED ({HEAD}), lane AS MATERIALIZED (
        SELECT pending.* FROM webhook JOIN api_key ON api_key.id = webhook.key
        CROSS JOIN LATERAL (
            SELECT head.round, head.code, head.kind, at.position AS told, head.position AS last
            FROM {PENDING}
        ) AS pending
        WHERE webhook.id = $1
    ), begun AS (
        INSERT INTO webhook_position (round, webhook, kind, position)
        SELECT round, $1, kind, 0 FROM lane WHERE told IS NULL
        ON CONFLICT DO NOTHING
    )
    SELECT round, code, kind, coalesce(told, 0), last FROM lane
"""  # noqa: S608 -- all of it stands above

BEGIN_ATTEMPT = f"""
    UPDATE webhook_position AS at SET attempts = at.attempts + 1
    FROM webhook JOIN api_key ON api_key.id = webhook.key
    WHERE at.round = $1 AND at.webhook = $2 AND at.kind = $3 AND at.position = $4
        AND webhook.id = at.webhook AND NOT webhook.paused AND {IN_FORCE}
    RETURNING at.attempts
"""  # noqa: S608 -- all of it stands above

DELIVERED = """
    WITH held AS (
        SELECT id FROM webhook
        WHERE id = $2 AND set_config('synchronous_commit', 'off', true) = 'off'
        FOR NO KEY UPDATE
    ), moved AS (
        UPDATE webhook_position AS at SET position = at.position + 1, attempts = 0 FROM held
        WHERE at.round = $1 AND at.webhook = held.id AND at.kind = $3 AND at.position = $4
            AND at.attempts = $5
        RETURNING at.webhook
    )
    UPDATE webhook SET failures = 0, retry_at = NULL, last_status = $6, last_failure = NULL,
        last_attempt_at = now(), delivered_at = now()
    WHERE id IN (SELECT webhook FROM moved) RETURNING id
"""
"""The subscription is locked first, as whoever takes it away does.

This commit does not wait for the disk, the one that notes an attempt does: a server that loses it
knows of the attempt, and the event comes again as what it is, a repetition.
"""

FAILED = """
    UPDATE webhook SET failures = failures + 1, retry_at = now() + $6::interval,
        last_status = $7, last_failure = $8, last_attempt_at = now(),
        paused = failures + 1 >= $9
    WHERE id = $2 AND EXISTS (
        SELECT FROM webhook_position
        WHERE round = $1 AND webhook = $2 AND kind = $3 AND position = $4 AND attempts = $5
    )
    RETURNING paused
"""

TESTED = "UPDATE webhook SET tests_made = $2, test_answer = $3 WHERE id = $1 AND tests_made < $2"

COUNTS = f"""
    SELECT count(*) FILTER (WHERE paused), count(*) FILTER (WHERE NOT paused AND failures > 0)
    FROM webhook JOIN api_key ON api_key.id = webhook.key WHERE {IN_FORCE}
"""  # noqa: S608 -- all of it stands above


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where to deliver, and whether a test call, the last that was asked for, is to be made."""

    url: str
    secret: bytes
    failures: int
    paused: bool
    test: int
    untested: bool


class Outstanding(NamedTuple):
    """Of a round and kind: told up to *since*, and there are events up to *until*."""

    round_id: int
    code: str
    kind: Lane
    since: int
    until: int


class Attempt(NamedTuple):
    """One attempt at the event behind *position*, counted from 1."""

    round_id: int
    webhook: int
    kind: Lane
    position: int
    number: int


class Claims:
    """The subscriptions that this process delivers to, and nobody else meanwhile."""

    def __init__(self, driver: Driver) -> None:
        """Claim over *driver*, which is used for nothing else."""
        self._driver = driver
        self._turn = asyncio.Lock()
        self.held: set[int] = set()

    async def take(self, most: int) -> list[int]:
        """Claim subscriptions that are due, until at most so many are held; return the new."""
        async with self._turn:
            room = most - len(self.held)
            if room <= 0 or not await self._driver.fetchval(KNOWN):
                return []
            due = await self._driver.fetch(DUE, list(self.held), LONGEST_WAIT, room)
            taken = [each["id"] for each in due if await self._try_hold(each["id"])]
            self.held.update(taken)
            return taken

    async def _try_hold(self, webhook: int) -> bool:
        held: bool = await self._driver.fetchval(
            "SELECT pg_try_advisory_lock($1, $2)", int(Lock.WEBHOOK), key(webhook)
        )
        return held

    async def let_go(self, webhook: int) -> None:
        """Let others deliver to it."""
        async with self._turn:
            self.held.discard(webhook)
            await self._driver.execute(
                "SELECT pg_advisory_unlock($1, $2)", int(Lock.WEBHOOK), key(webhook)
            )


@asynccontextmanager
async def claims(database: Database) -> AsyncIterator[Claims]:
    """Give claims, which end with the block."""
    async with database.driver() as driver:
        try:
            yield Claims(driver)
        finally:  # the connection is kept, and would keep what it locked
            if not driver.is_closed():
                await driver.execute("SELECT pg_advisory_unlock_all()")


async def subscription(database: Database, webhook: int) -> Subscription | None:
    """Return what is delivered to; None: it was taken away, or its key has ended."""
    async with database.driver() as driver:
        row = await driver.fetchrow(SUBSCRIPTION, webhook)
    return row and Subscription(*row)


async def outstanding(database: Database, webhook: int) -> Collection[Outstanding]:
    """Return what a subscription is still to be told."""
    async with database.driver() as driver:
        return [Outstanding(*row) for row in await driver.fetch(LANES, webhook)]


async def begin(database: Database, webhook: int, at: Outstanding, position: int) -> Attempt | None:
    """Note an attempt at the event behind *position* before it is made; None: it is not wanted."""
    async with database.driver() as driver:
        number = await driver.fetchval(BEGIN_ATTEMPT, at.round_id, webhook, at.kind, position)
    return number and Attempt(at.round_id, webhook, at.kind, position, number)


async def delivered(database: Database, attempt: Attempt, status: int | None) -> bool:
    """Go on to the next event; False if another process made a later attempt, or none is wanted."""
    async with database.driver() as driver:
        return await driver.fetchval(DELIVERED, *attempt, status) is not None


async def failed(
    database: Database, attempt: Attempt, answer: Answer, wait: timedelta, most: int
) -> bool:
    """Try again after *wait*, or not if it was one of *most* failures in a row; say if not."""
    said = (wait, answer.status, answer.failure and str(answer.failure), most)
    async with database.driver() as driver:
        return bool(await driver.fetchval(FAILED, *attempt, *said))


async def tested(database: Database, webhook: int, which: int, answer: Answer) -> None:
    """Record what came of a test call."""
    said = {
        "status": answer.status,
        "failure": answer.failure,
        "milliseconds": round(answer.milliseconds, 1),
    }
    async with database.driver() as driver:
        await driver.execute(TESTED, webhook, which, json.dumps(said))


async def counts(database: Database) -> tuple[int, int]:
    """Count the subscriptions that are paused, and those whose last attempt failed."""
    async with database.driver() as driver:
        if not await driver.fetchval(KNOWN):
            return 0, 0
        paused, failing = await driver.fetchrow(COUNTS)
    return paused, failing
