"""A gateway that is newer than its database: dry runs wait for the migration, pushes go on."""

import asyncio

from alembic import command
from structlog.testing import capture_logs

from shared.database.migration import configuration
from tests.batches.test_http import row
from tests.fixtures.http import problem
from tests.fixtures.make import MARK, STATIONS, World
from tests.previews.test_http import push


async def test_a_dry_run_is_asked_for_again_until_the_database_is_migrated(
    world: World, url: str
) -> None:
    file = [row("C1", STATIONS, 5)]
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")

    with capture_logs():
        problem(await push(world, *file, dry=True), 503, "unavailable")
    assert (await push(world, *file)).status_code == 200
    await asyncio.to_thread(command.upgrade, configuration(url), "head")

    assert (await push(world, *file, dry=True)).json()["counts"]["unchanged"] == 1


async def test_on_the_schema_before_items_a_dry_run_says_what_the_push_then_does(
    world: World, url: str
) -> None:
    await push(world, row("C1", STATIONS, 5))
    await asyncio.to_thread(command.downgrade, configuration(url), "0022")
    files = (
        ("source", [row("C1", STATIONS, 5), row("C2", STATIONS, 9), row("P1", STATIONS, 1)]),
        ("expert", [row("C1", MARK, 80)]),
    )

    for role, file in files:
        asked = await push(world, *file, role=role, dry=True)
        then = await push(world, *file, role=role)

        assert asked.status_code == then.status_code == 200, asked.text
        assert asked.json()["counts"] == then.json()["counts"]
