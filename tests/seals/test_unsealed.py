"""What is yet to be sealed is found among whatever strangers and auditors asked meanwhile."""

import pytest

from shared.audit.request_store import PASSING
from shared.database import Database, Driver
from shared.seals import unsealed_store
from tests.database.test_plans import READ
from tests.fixtures.ask import execute
from tests.fixtures.make import STATIONS, World, worker_over
from tests.seals.sealing import sealed

CROWD = 3_000
FEW_ROWS = 60
"""What one look reads at most, of tables and indexes together."""

ASKED = """
    INSERT INTO audit_event (round, actor, action, subject, detail, request_id)
    SELECT round.id, '', '{action}', '', '{{}}', 'r' FROM round, generate_series(1, {size})
"""


async def rows_read(driver: Driver) -> int:
    """Look for what is to be sealed, of which there is nothing; return how much was read for it."""
    async with driver.transaction():
        start: int = await driver.fetchval(READ)
        assert await unsealed_store.rounds(driver) == {}
        end: int = await driver.fetchval(READ)
    return end - start


@pytest.mark.parametrize("then", ["SELECT 1", "ANALYZE audit_event"])
async def test_a_look_costs_no_more_for_requests_that_no_log_seals(
    then: str, world: World, owner: Database
) -> None:
    await world.submit("source", "C1", STATIONS, 40)
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)
    async with world.worker_database.driver() as driver:
        assert await rows_read(driver) <= FEW_ROWS
        asked = [ASKED.format(action=each, size=CROWD) for each in PASSING]
        await execute(owner, *asked, then)
        assert await rows_read(driver) <= FEW_ROWS
