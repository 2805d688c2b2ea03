"""A gateway and a worker that are newer than their database: nobody can subscribe yet."""

import asyncio

from alembic import command

from shared.database import Database
from shared.database.migration import configuration
from shared.webhooks import delivery_store as store
from tests.fixtures.http import gateway, key, problem


async def test_until_the_database_is_migrated_there_are_no_webhooks(
    url: str, owner: Database, database: Database, worker_database: Database
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0016")
    admin = await key(owner, "admin", "plain")

    async with gateway(database) as client:
        problem(await client.get("/webhooks", headers=admin), 503, "unavailable")
        new = {"url": "https://receiver.example/", "events": ["run"]}
        problem(await client.post("/webhooks", json=new, headers=admin), 503, "unavailable")
    async with store.claims(worker_database) as claims:
        assert await claims.take(1) == []
    assert await store.counts(worker_database) == (0, 0)
