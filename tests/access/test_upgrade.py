"""A gateway that is newer than its database: keys open as before, and none signs yet."""

import asyncio
from datetime import timedelta

import pytest
from alembic import command

from shared.access import list_store as store
from shared.access.keyring import Keyring
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


async def test_until_the_database_is_migrated_keys_are_made_on_the_command_line(
    url: str, owner: Database, database: Database
) -> None:
    """What was made opens and is listed; HTTP makes and ends none, and last use is not noted."""
    await asyncio.to_thread(command.downgrade, configuration(url), "0014")
    admin = await key(owner, "admin", "plain")
    ring = Keyring(database, timedelta(0))
    assert await ring.holder(admin["Authorization"][7:]) is not None
    await ring.uses.write()
    async with gateway(database) as client:
        (listed,) = (await client.get("/keys", headers=admin)).json()["items"]
        assert (listed["rounds"], listed["last_used_at"], listed["active"]) == (None, None, True)
        new = {"role": "source", "name": "counts"}
        problem(await client.post("/keys", json=new, headers=admin), 503, "unavailable")
        ended = await client.delete(f"/keys/{listed['id']}", headers=admin)
        problem(ended, 503, "unavailable")
    with pytest.raises(SchemaUnknown, match="rounds step 0015"):
        await key(owner, "source", "narrow", rounds=["R1"])

    await asyncio.to_thread(migrate, url)

    async with gateway(database) as client:
        made = await client.post("/keys", json=new, headers=admin)
    assert made.status_code == 201
