"""Granting parts of quotas, by the database's clock, and forgetting windows that have ended."""

import asyncpg

from shared.database import Driver, SchemaUnknown
from shared.quotas.lease import Grant, Policy

TAKEN_AT_ONCE = 5_000

GRANT = """
    INSERT INTO quota_window AS kept (key, counted, ends_at, granted, last_granted)
    SELECT $1::bigint, $2::text, to_timestamp((floor(extract(epoch FROM now()) / $3) + 1) * $3),
        first, first
    FROM (VALUES (CASE WHEN $4::bigint > $6::bigint THEN 0 ELSE least($5::bigint, $6) END))
        AS begun (first)
    ON CONFLICT (key, counted, ends_at) DO UPDATE SET
        granted = kept.granted
            + CASE WHEN kept.granted + $4 > $6 THEN 0 ELSE least($5, $6 - kept.granted) END,
        last_granted
            = CASE WHEN kept.granted + $4 > $6 THEN 0 ELSE least($5, $6 - kept.granted) END
    RETURNING last_granted, granted, extract(epoch FROM ends_at)::float8,
        extract(epoch FROM ends_at - clock_timestamp())::float8
"""
"""At least $4 are needed, $5 are wanted, and $6 is the most: nothing is granted where the least is
not left."""

TAKE_AWAY = """
    DELETE FROM quota_window WHERE (key, counted, ends_at) IN (
        SELECT key, counted, ends_at FROM quota_window
        WHERE ends_at < now() - interval '1 hour' ORDER BY ends_at LIMIT $1
    )
"""


async def grant(driver: Driver, key: int, policy: Policy, least: int) -> Grant:
    """Grant the key of this number a block, or *least* if that is more, of the present window.

    Nothing is granted where less than *least* is left. Raises: SchemaUnknown.
    """
    wanted = max(least, policy.block)
    try:
        row = await driver.fetchrow(
            GRANT, key, policy.counted, policy.window, least, wanted, policy.limit
        )
    except asyncpg.UndefinedTableError:
        raise SchemaUnknown("quotas need step 0017: run `pilotzone migrate`") from None
    return Grant(*row)


async def take_away(driver: Driver) -> bool:
    """Forget windows that ended an hour ago; say whether there may be more of them."""
    try:
        done: str = await driver.execute(TAKE_AWAY, TAKEN_AT_ONCE)
    except asyncpg.UndefinedTableError:
        return False
    return done == f"DELETE {TAKEN_AT_ONCE}"
