"""A gateway that is newer than its database: files wait for the migration, all else goes on."""

import asyncio

from alembic import command
from structlog.testing import capture_logs

from shared.database.migration import configuration, migrate
from tests.batches.test_http import push, row
from tests.fixtures.http import problem, stored
from tests.fixtures.make import RESIDENTS, STATIONS, World


async def test_a_file_is_asked_for_again_until_the_database_is_migrated(
    world: World, url: str
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0008")
    with capture_logs():
        problem(await push(world, row("C1", STATIONS, 5)), 503, "unavailable")
    assert await stored(world) == []
    assert (await world.submit("source", "C1", RESIDENTS, 6)).status_code == 201

    await asyncio.to_thread(migrate, url)

    assert (await push(world, row("C1", STATIONS, 5))).status_code == 200
