"""When each key was last used."""

from collections.abc import Collection

import asyncpg

from shared.database import Driver

SET_USED = """
    UPDATE api_key SET last_used_at = now() WHERE id IN (
        SELECT id FROM api_key
        WHERE id = ANY ($1::bigint[])
            AND coalesce(last_used_at < now() - interval '5 minutes', true)
        ORDER BY id FOR UPDATE SKIP LOCKED
    )
"""
"""However many gateways see a key, it is written once in that time; none waits for another."""


async def set_used(driver: Driver, numbers: Collection[int]) -> None:
    """Say that the keys of these numbers are used now; before step 0015 nobody asks."""
    try:
        await driver.execute(SET_USED, list(numbers))
    except asyncpg.UndefinedColumnError:
        return
