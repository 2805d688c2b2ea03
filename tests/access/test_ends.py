"""The end of a key: heard of by every gateway at once, and never put off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy.exc import ProgrammingError

from api import app
from shared.access import service as keys
from shared.access.keyring import Keyring
from shared.core.principal import Actor, Principal
from shared.database import Database, Session
from shared.settings import Settings
from tests.fixtures.ask import execute, one, until
from tests.fixtures.http import key, soon

ACTOR = Actor("tests", "tests")
LONG = timedelta(hours=1)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run a gateway as in production, which remembers keys for an hour."""
    gateway = app.over(url, Settings(key_cache=LONG))
    async with gateway.router.lifespan_context(gateway):
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
            yield client


async def test_every_gateway_refuses_a_revoked_key_at_once(url: str, owner: Database) -> None:
    """By hearing of it: each would remember the key for an hour."""
    async with AsyncExitStack() as stack:
        gateways = [await stack.enter_async_context(listening(url)) for _ in range(2)]
        ended, other = await key(owner, "source", "ended"), await key(owner, "source", "other")

        async def statuses(header: dict[str, str]) -> list[int]:
            return [(await each.get("/rounds", headers=header)).status_code for each in gateways]

        assert await statuses(ended) == await statuses(other) == [200, 200]

        async with owner.session() as session:
            await keys.revoke(session, ACTOR, "ended")

        async def refused() -> bool:
            return await statuses(ended) == [401, 401]

        await until(refused, 10)
        assert await statuses(other) == [200, 200]


async def test_who_missed_something_forgets_every_key(database: Database, owner: Database) -> None:
    """While the connection was lost, any key may have ended."""
    ring = Keyring(database, LONG)
    secrets = [(await key(owner, "source", name))["Authorization"][7:] for name in ("a", "b")]
    for each in secrets:
        await ring.holder(each)
    assert all(map(ring.known, secrets))

    ring.heard(None)

    assert not any(map(ring.known, secrets))


async def test_what_is_heard_while_a_key_is_looked_up_is_not_lost(
    database: Database, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer may be from before the end."""
    ring = Keyring(database, LONG)
    secret = (await key(owner, "source", "a"))["Authorization"][7:]
    found = keys.authenticate

    async def overtaken(session: Session, given: str) -> Principal | None:
        principal = await found(session, given)
        ring.heard(10**6)
        return principal

    monkeypatch.setattr(keys, "authenticate", overtaken)

    assert await ring.holder(secret) is not None
    assert ring.known(secret) is None


async def test_a_key_is_looked_up_once_for_all_who_send_it_but_anew_after_an_end(
    database: Database, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else all clients of a portal would ask at once whenever its key is forgotten."""
    ring = Keyring(database, LONG)
    secret = (await key(owner, "source", "a"))["Authorization"][7:]
    found, seen, gate, looked = keys.authenticate, asyncio.Event(), asyncio.Event(), 0

    async def held_up(session: Session, given: str) -> Principal | None:
        nonlocal looked
        looked += 1
        principal = await found(session, given)
        seen.set()
        await gate.wait()
        return principal

    monkeypatch.setattr(keys, "authenticate", held_up)
    before = [asyncio.create_task(ring.holder(secret)) for _ in range(3)]
    await soon(seen)
    assert looked == 1

    async with owner.session() as session:
        await keys.revoke(session, ACTOR, "a")
    ring.heard(None)
    after = asyncio.create_task(ring.holder(secret))
    gate.set()

    assert all(await asyncio.gather(*before))
    assert await after is None
    assert ring.known(secret) is None


@pytest.mark.parametrize("change", ["revoked_at = NULL", "expires_at = NULL", "expires_at = now()"])
async def test_not_even_its_owner_opens_a_key_again(owner: Database, change: str) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await key(owner, "source", "ended", expires_at=yesterday)
    async with owner.session() as session:
        await keys.revoke(session, ACTOR, "ended")

    with pytest.raises(ProgrammingError, match="the end of a key is not put off"):
        await execute(owner, f"UPDATE api_key SET {change}")  # noqa: S608


async def test_when_a_key_was_last_used_is_written_once_in_some_minutes(
    database: Database, owner: Database
) -> None:
    ring = Keyring(database, timedelta(0))
    secret = (await key(owner, "source", "a"))["Authorization"][7:]
    last = "SELECT last_used_at FROM api_key"
    await ring.uses.write()
    assert await one(owner, last) is None

    await ring.holder(secret)
    await ring.uses.write()
    first = await one(owner, last)
    await ring.holder(secret)
    await ring.uses.write()

    assert first is not None
    assert await one(owner, last) == first
    await execute(owner, "UPDATE api_key SET last_used_at = now() - interval '6 minutes'")
    await ring.uses.write()
    assert await one(owner, last) < first
    await ring.holder(secret)
    await ring.uses.write()
    assert await one(owner, last) > first
