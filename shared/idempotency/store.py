"""Answers that are given again: looked up, kept, and taken away when their time is over."""

import json
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from shared.database import SchemaUnknown, Session, locks
from shared.database.database import driver_of
from shared.database.locks import Lock

TAKEN_AT_ONCE = 500
"""Answers that one statement takes away; a few of them may have megabytes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, its *body* packed, and the *fingerprint* of the request that it belongs to."""

    fingerprint: bytes
    status: int
    headers: list[tuple[str, str]]
    body: bytes


HOLD = "SELECT pg_advisory_xact_lock($1::integer, $2::integer)"
FIND = """
    SELECT fingerprint, status, headers, body FROM idempotency_key WHERE reporter = $1 AND key = $2
"""
KEEP = """
    INSERT INTO idempotency_key (reporter, key, fingerprint, status, headers, body)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
HOLD_EXPIRY = "SELECT pg_try_advisory_xact_lock($1::integer, 0)"
TAKE_AWAY = """
    DELETE FROM idempotency_key WHERE (reporter, key) IN (
        SELECT reporter, key FROM idempotency_key
        WHERE recorded_at < now() - $1::interval ORDER BY recorded_at LIMIT $2
    )
"""


async def hold(session: Session, identity: int) -> None:
    """Wait until nobody executes the request of this *identity*, and let nobody else begin it.

    Until the transaction ends. To be taken before any other lock: so whoever waits here holds
    nothing that the other needs.
    """
    driver = await driver_of(session)
    await driver.execute(HOLD, Lock.REQUEST, locks.key(identity))


async def find(session: Session, reporter: int, key: str) -> Kept | None:
    """Return what the reporter's request of this *key* was answered. Raises: SchemaUnknown."""
    driver = await driver_of(session)
    try:
        row = await driver.fetchrow(FIND, reporter, key)
    except asyncpg.UndefinedTableError:
        raise SchemaUnknown("idempotency keys need step 0011: run `pilotzone migrate`") from None
    if row is None:
        return None
    fingerprint, status, headers, body = row
    return Kept(fingerprint, status, [(name, value) for name, value in headers], body)


async def keep(session: Session, reporter: int, key: str, kept: Kept) -> None:
    """Keep an answer in the transaction under way, whose effect it tells."""
    driver = await driver_of(session)
    headers = json.dumps(kept.headers)
    await driver.execute(KEEP, reporter, key, kept.fingerprint, kept.status, headers, kept.body)


async def take_away(session: Session, age: timedelta) -> bool:
    """Take away the oldest answers older than *age*; say whether there may be more of them.

    Where somebody else does it, or the schema has no answers yet, there is nothing to do.
    """
    driver = await driver_of(session)
    if not await driver.fetchval(HOLD_EXPIRY, Lock.EXPIRY):
        return False
    try:
        done: str = await driver.execute(TAKE_AWAY, age, TAKEN_AT_ONCE)
    except asyncpg.UndefinedTableError:
        return False
    return done == f"DELETE {TAKEN_AT_ONCE}"
