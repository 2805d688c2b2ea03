"""The step that brought logs is undone only while nothing was published of them."""

import asyncio

import pytest
from alembic import command
from sqlalchemy.exc import IntegrityError

from shared.database import Database
from shared.database.migration import configuration
from tests.fixtures.ask import execute, one

MAY_READ = """
    SELECT count(*) FROM unnest(ARRAY['audit_event', 'reporter']) AS of (name)
    WHERE has_any_column_privilege('pilotzone_worker', of.name, 'SELECT')
"""
VERSION = "SELECT version_num FROM alembic_version"


async def test_logs_of_which_something_was_published_are_not_undone(
    url: str, owner: Database
) -> None:
    """Without them rights are what they were before."""
    config = configuration(url)
    given = await one(owner, MAY_READ)
    await asyncio.to_thread(command.downgrade, config, "0019")
    left = await one(owner, MAY_READ)
    await asyncio.to_thread(command.upgrade, config, "0020")
    await execute(
        owner, "INSERT INTO log_checkpoint (round, epoch, size, note) VALUES (1, 1, 1, '')"
    )

    with pytest.raises(IntegrityError, match="checkpoints were published"):
        await asyncio.to_thread(command.downgrade, config, "0019")

    assert (given, left, await one(owner, VERSION)) == (2, 0, "0020")
