"""Signing in: how a session begins, who it stands for, and each way in which it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from shared.access import list_store as listed
from shared.access import service as keys
from shared.access.uses import Uses
from shared.core.errors import Forbidden
from shared.core.principal import Actor, Principal, Role
from shared.database import Database
from shared.database.notifications import listen
from shared.sessions import service, store
from shared.sessions.service import Begun
from shared.sessions.sessions import Sessions
from tests.access.signed import pair
from tests.fixtures.ask import execute, one, rows, until
from tests.fixtures.http import key, soon

ACTOR = Actor("tests", "tests")
LONG = timedelta(hours=1)
SHORT = timedelta(minutes=1)


@pytest.fixture
async def secret(owner: Database) -> str:
    """Give the key of a portal, limited to an applicant."""
    return (await key(owner, "portal", "portal", applicants=["C1"]))["Authorization"][7:]


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """Give what a gateway remembers of sessions: all for an hour."""
    return Sessions(database, LONG, Uses(database))


@pytest.fixture
async def begin(database: Database, secret: str) -> Callable[..., Awaitable[Begun]]:
    """Give a verb that signs in."""

    async def verb(given: str = secret, lifetime: timedelta = LONG) -> Begun:
        async with database.session() as session:
            begun = await service.begin(session, "r1", given, lifetime)
        assert begun is not None
        return begun

    return verb


async def number_of(owner: Database) -> int:
    """Return the number of the only key."""
    async with owner.session() as session:
        return (await listed.in_force(session))[0].number


async def end(database: Database, token: str) -> int | None:
    """End the session of a token."""
    async with database.session() as session:
        return await service.end(session, ACTOR, token)


async def test_a_session_stands_for_its_key_and_is_in_the_trail_without_its_token(
    owner: Database, sessions: Sessions, secret: str, begin: Callable[..., Awaitable[Begun]]
) -> None:
    first, second = await begin(), await begin()

    async with owner.session() as session:
        holder = await keys.authenticate(session, secret)
    assert holder is not None
    assert holder.applicants == frozenset({"C1"})
    assert sessions.known(first.token) is None
    assert [await sessions.holder(each.token) for each in (first, second)] == [holder, holder]
    assert sessions.known(first.token) == first.principal == holder
    assert timedelta(minutes=59) < first.lasts <= LONG

    assert await end(owner, first.token) is not None
    assert await end(owner, first.token) is None
    trail = await rows(
        owner,
        "SELECT actor, action, subject, request_id, detail ->> 'key' FROM audit_event"
        " WHERE action LIKE 'session.%' ORDER BY id",
    )
    assert trail == [
        ("portal", "session.begun", "1", "r1", str(holder.key)),
        ("portal", "session.begun", "2", "r1", str(holder.key)),
        ("tests", "session.ended", "1", "tests", None),
    ]
    stored = await one(owner, "SELECT string_agg(to_json(e)::text, '') FROM audit_event e")
    assert not any(each in stored for each in (first.token, second.token, secret))


async def test_what_opens_nothing_begins_nothing(
    owner: Database, database: Database, secret: str
) -> None:
    """A wrong key, one that was revoked, and what is no key at all are told apart by nothing."""
    _, public = pair()
    signs = (await key(owner, "source", "signs", signing_key=public))["Authorization"][7:]
    wrong = (await key(owner, "source", "wrong"))["Authorization"][7:]
    await execute(
        owner, "UPDATE api_key SET sha256 = '\\x00' WHERE id = (SELECT max(id) FROM api_key)"
    )
    async with owner.session() as session:
        await keys.revoke(session, ACTOR, "portal")

    async with database.session() as session:
        for given in (secret, wrong, "", "nonsense", "\0"):
            assert await service.begin(session, "r", given, LONG) is None
        with pytest.raises(Forbidden, match="signs what it sends"):
            await service.begin(session, "r", signs, LONG)
    assert await one(owner, "SELECT count(*) FROM browser_session") == 0


async def test_every_gateway_hears_of_an_end_and_of_the_keys(
    owner: Database, database: Database, begin: Callable[..., Awaitable[Begun]]
) -> None:
    """Each would remember the sessions for an hour."""
    both = [Sessions(database, LONG, Uses(database)) for _ in range(2)]
    out, revoked = await begin(), await begin()

    async def open_(begun: Begun) -> list[Principal | None]:
        return [await each.holder(begun.token) for each in both]

    def ears(each: Sessions) -> dict[str, Callable[[int | None], None]]:
        return {"browser_session": each.heard, "api_key": each.key_heard}

    listening = [asyncio.create_task(listen(database, ears(each))) for each in both]
    try:
        await until(lambda: listens(owner, 2))
        assert await open_(out) == await open_(revoked) == [out.principal] * 2

        await end(database, out.token)
        await until(lambda: all_none(open_, out), 10)
        assert [each.known(revoked.token) for each in both] == [revoked.principal] * 2

        async with owner.session() as session:
            await keys.revoke(session, ACTOR, number=revoked.principal.key)
        await until(lambda: all_none(open_, revoked), 10)
    finally:
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def listens(owner: Database, count: int) -> bool:
    """Say whether so many gateways have said what they listen to."""
    found = await one(
        owner,
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    )
    return bool(found == count)


async def all_none(
    open_: Callable[[Begun], Awaitable[list[Principal | None]]], begun: Begun
) -> bool:
    """Say whether a session opens nothing anywhere."""
    return await open_(begun) == [None, None]


async def test_a_session_ends_no_later_than_its_key(
    owner: Database, sessions: Sessions, begin: Callable[..., Awaitable[Begun]]
) -> None:
    """Also where the key's end is brought forward; what was known of it before is forgotten."""
    soon_over = datetime.now(UTC) + timedelta(minutes=2)
    short = (await key(owner, "source", "short", expires_at=soon_over))["Authorization"][7:]
    begun = await begin(short)
    assert begun.lasts <= timedelta(minutes=2)
    assert await one(owner, "SELECT expires_at FROM browser_session") == soon_over

    assert await sessions.holder(begun.token) == begun.principal
    async with owner.session() as session:
        await keys.rotate(session, ACTOR, begun.principal.key, timedelta(0))
    sessions.key_heard(begun.principal.key)

    assert await sessions.holder(begun.token) is None


async def test_the_time_of_day_may_jump_and_the_steady_clock_ends_what_is_remembered(
    owner: Database,
    database: Database,
    begin: Callable[..., Awaitable[Begun]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = SimpleNamespace(now=1e6)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr("shared.access.remembered.time", clock)
    sessions = Sessions(database, LONG, Uses(database))
    begun = await begin(lifetime=SHORT)
    assert await sessions.holder(begun.token) == begun.principal

    for jumped in (0.0, 1e12):
        monkeypatch.setattr(time, "time", lambda jumped=jumped: jumped)
        assert sessions.known(begun.token) == begun.principal
    clock.now += SHORT.total_seconds()
    assert sessions.known(begun.token) is None

    assert await sessions.holder(begun.token) == begun.principal
    await execute(owner, "UPDATE browser_session SET expires_at = now()")
    clock.now += SHORT.total_seconds()
    assert await sessions.holder(begun.token) is None


async def test_who_asks_at_once_asks_once_and_anew_after_an_end(
    sessions: Sessions,
    database: Database,
    begin: Callable[..., Awaitable[Begun]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = await begin()
    found, asked, gate, looked = store.find, asyncio.Event(), asyncio.Event(), 0

    async def held_up(*given: object) -> store.Found | None:
        nonlocal looked
        looked += 1
        answer = await found(*given)  # type: ignore[arg-type]
        asked.set()
        await gate.wait()
        return answer

    monkeypatch.setattr(store, "find", held_up)
    before = [asyncio.create_task(sessions.holder(begun.token)) for _ in range(3)]
    await soon(asked)
    number = await end(database, begun.token)
    sessions.heard(number)
    after = asyncio.create_task(sessions.holder(begun.token))
    gate.set()

    assert await asyncio.gather(*before) == [begun.principal] * 3
    assert await after is None
    assert sessions.known(begun.token) is None
    assert looked == 2


async def test_of_two_who_follow_a_link_at_once_one_enters(
    owner: Database, database: Database, sessions: Sessions, secret: str
) -> None:
    assert secret
    number = await number_of(owner)
    async with owner.session() as session:
        link = await service.link(session, ACTOR, number)
        over = await service.link(session, ACTOR, number, timedelta(0))

    async def follow(token: str) -> Begun | None:
        async with database.session() as session:
            return await service.enter(session, "r", token, LONG)

    entered = [each for each in await asyncio.gather(follow(link), follow(link)) if each]
    assert [each.principal.role for each in entered] == [Role.PORTAL]
    assert await sessions.holder(entered[0].token) == entered[0].principal
    assert await sessions.holder(link) is None
    for opens_nothing in (link, over, "nonsense", entered[0].token):
        assert await follow(opens_nothing) is None


async def test_a_link_opens_nothing_once_its_key_has_ended(
    owner: Database, database: Database, secret: str
) -> None:
    assert secret
    number = await number_of(owner)
    async with owner.session() as session:
        link = await service.link(session, ACTOR, number)
        await keys.revoke(session, ACTOR, number=number)

    async with database.session() as session:
        assert await service.enter(session, "r", link, LONG) is None
