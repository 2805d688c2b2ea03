"""A gateway that is newer than its database: keys open as before, and none signs yet."""

import asyncio

import pytest
from alembic import command

from shared.access import store
from shared.database import Database, SchemaUnknown
from shared.database.migration import configuration, migrate
from tests.access.signed import pair
from tests.fixtures.http import gateway, key, problem


async def test_until_the_database_is_migrated_no_key_signs(
    url: str, owner: Database, database: Database
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")
    _, public = pair()
    with pytest.raises(SchemaUnknown, match="signing keys need step 0014"):
        await key(owner, "admin", "signing", signing_key=public)
    plain = await key(owner, "admin", "plain")
    async with gateway(database) as client:
        assert (await client.post("/rounds", json={}, headers=plain)).status_code == 422
    async with owner.session() as session:
        assert [each.signing_key for each in await store.in_force(session)] == [None]

    await asyncio.to_thread(migrate, url)

    signs = await key(owner, "admin", "signing", signing_key=public)
    async with gateway(database) as client:
        answer = await client.post("/rounds", json={}, headers=signs)
        problem(answer, 401, "signature-missing")
        assert (await client.post("/rounds", json={}, headers=plain)).status_code == 422
