"""Where a round stands, for who listens: one statement."""

import asyncpg

from shared.database import Database, SchemaUnknown
from shared.live.position import Position, Progress, Sight

LOOK = """
    SELECT
        coalesce((SELECT max(number) FROM run WHERE round = $1), 0),
        coalesce((SELECT max(position) FROM round_event WHERE round = $1 AND kind = 'round'), 0),
        coalesce(
            (SELECT max(position) FROM round_event WHERE round = $1 AND kind = 'operation'), 0),
        (SELECT recorded_at FROM run WHERE round = $1 ORDER BY number DESC LIMIT 1),
        (SELECT array_agg(id ORDER BY id) FROM operation
        WHERE round = $1 AND state IN ('waiting', 'running')),
        (SELECT array_agg(kind ORDER BY id) FROM operation
        WHERE round = $1 AND state IN ('waiting', 'running')),
        (SELECT array_agg(progress ORDER BY id) FROM operation
        WHERE round = $1 AND state IN ('waiting', 'running'))
"""


async def look(database: Database, round_id: int) -> Sight:
    """Return where the round stands now. Raises: SchemaUnknown."""
    try:
        async with database.driver() as driver:
            run, round_, operation, recorded_at, *running = await driver.fetchrow(LOOK, round_id)
    except asyncpg.UndefinedTableError:
        raise SchemaUnknown("events need step 0016: run `pilotzone migrate`") from None
    columns = (each or () for each in running)
    under_way = tuple(map(Progress, *columns))
    return Sight(Position(run, round_, operation), under_way, recorded_at)
