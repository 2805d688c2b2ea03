"""Revoking: every key of a reporter, or the one that leaked."""

from shared.access import list_store as store
from shared.access import service as keys
from shared.core.principal import Actor
from shared.database import Database
from tests.fixtures.ask import rows
from tests.fixtures.http import key

ACTOR = Actor("tests", "tests")


async def test_one_key_ends_by_its_number_and_its_sisters_stay(owner: Database) -> None:
    for _ in range(3):
        await key(owner, "source", "statistics")
    async with owner.session() as session:
        leaked = (await store.in_force(session))[1].number

        assert await keys.revoke(session, ACTOR, number=leaked) == 1
        assert await keys.revoke(session, ACTOR, number=leaked) == 0
        left = [each.number for each in await store.in_force(session)]

    assert len(left) == 2
    assert leaked not in left
    events = await rows(owner, "SELECT subject FROM audit_event WHERE action = 'key.revoked'")
    assert events == [("statistics",)]


async def test_a_number_that_no_key_has_ends_none(owner: Database) -> None:
    await key(owner, "source", "statistics")
    async with owner.session() as session:
        assert await keys.revoke(session, ACTOR, number=10**6) == 0
        assert len(await store.in_force(session)) == 1
