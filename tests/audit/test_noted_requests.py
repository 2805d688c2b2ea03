"""Refused requests, those that were to change something and auditors' reads in the audit trail."""

import asyncio
from functools import partial
from typing import Any

import httpx
import pytest

from api.app import over
from api.http.state import Gateway
from shared.access import service as keys
from shared.audit import request_store
from shared.core.principal import Actor
from shared.database import Database
from shared.settings import Settings
from tests.fixtures.ask import one, rows
from tests.fixtures.http import key
from tests.fixtures.make import RESIDENTS, ROUND, STATIONS, World

EVENTS = """
    SELECT actor, subject, detail ->> 'problem', detail FROM audit_event
    WHERE action = 'request.refused' ORDER BY id
"""


def held(client: httpx.AsyncClient) -> Gateway:
    """Return what the gateway behind *client* holds."""
    transport: Any = client._transport
    gateway: Gateway = transport.app.state.gateway
    return gateway


async def events(world: World, owner: Database) -> list[tuple[Any, ...]]:
    """Have what was refused written; return who, what, why, and all there is to it."""
    await held(world.client).refusals.write()
    return await rows(owner, EVENTS)


async def test_whoever_is_refused_is_in_the_audit_trail_with_the_reason(
    world: World, owner: Database
) -> None:
    """Also where the request had a transaction, which is undone, and where a key has ended."""
    world.headers["narrow"] = await key(owner, "source", "narrow", measures=[STATIONS])
    world.headers["ended"] = await key(owner, "portal", "ended")
    world.headers["foreign"] = {"Authorization": "Bearer secret-of-somebody-else"}
    async with owner.session() as session:
        await keys.revoke(session, Actor("tests", "tests"), "ended")

    await world.call("source", "GET", "/keys")
    await world.submit("narrow", "C1", RESIDENTS, 5)
    await world.call("narrow", "GET", f"/rounds/{ROUND}/batches/999")
    await world.call("ended", "GET", "/rounds")
    await world.call("foreign", "GET", "/nowhere")
    answer = await world.call("foreign", "GET", f"/rounds/{ROUND}")
    await world.call("admin", "GET", "/rounds/R1999")
    await world.call("admin", "GET", "/rounds")

    found = await events(world, owner)
    assert [event[:3] for event in found] == [
        ("source", "GET /v1/keys", "/problems/forbidden"),
        ("narrow", "POST /v1/rounds/{round}/submissions", "/problems/reporter-not-admitted"),
        ("narrow", "GET /v1/rounds/{round}/batches/{batch}", "/problems/not-found"),
        ("ended", "GET /v1/rounds", "/problems/unauthorized"),
        ("", "GET /v1/rounds/{round}", "/problems/unauthorized"),
    ]
    assert [event[3].get("ended") for event in found] == [None, None, None, True, None]
    assert [event[3]["role"] for event in found] == ["source", "source", "source", "portal", None]
    assert found[4][3] | {"at": ""} == {
        "extent": "request",
        "count": 1,
        "status": 401,
        "problem": "/problems/unauthorized",
        "key": None,
        "role": None,
        "address": "127.0.0.1",
        "at": "",
    }
    stored = "SELECT to_json(audit_event)::text FROM audit_event"
    text = str(await rows(owner, stored))
    assert answer.headers["x-request-id"] in text
    for header in world.headers.values():
        assert header["Authorization"].removeprefix("Bearer ")[:12] not in text
    of_round = "SELECT count(round) FROM audit_event WHERE action = 'request.refused'"
    assert await one(owner, of_round) == 3


async def test_who_is_refused_again_and_again_fills_nothing(world: World, owner: Database) -> None:
    for _ in range(50):
        await world.client.get("/keys")
    held(world.client).refusals._gathered.sum_up(0)

    found = await events(world, owner)

    assert [event[3]["count"] for event in found] == [1, 1, 1, 47]


async def test_keys_that_have_ended_are_told_of_though_a_flood_is_like_them(
    world: World, owner: Database
) -> None:
    """One by its name; of several, each in the detail."""
    for name in ("ended", "gone"):
        world.headers[name] = await key(owner, "portal", name)
        async with owner.session() as session:
            await keys.revoke(session, Actor("tests", "tests"), name)
    calls = {"/keys": ["ended"], "/rounds": ["ended", "gone", "ended"]}
    for path, tried in calls.items():
        flood = [partial(world.client.get, path)] * 4
        for call in (*flood, *(partial(world.call, each, "GET", path) for each in tried), flood[0]):
            await call()
    held(world.client).refusals._gathered.sum_up(0)

    told = [event for event in await events(world, owner) if event[3].get("ended")]

    assert [(event[0], event[3]["count"]) for event in told] == [("ended", 3), ("", 5)]
    assert [each["actor"] for each in told[1][3]["ended_keys"]] == ["ended", "gone"]


async def test_what_was_refused_last_is_written_when_the_gateway_ends(
    url: str, owner: Database
) -> None:
    app = over(url, Settings())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
            await client.get("/keys")
    assert len(await rows(owner, EVENTS)) == 1


async def test_what_is_being_written_when_the_gateway_ends_is_written_once(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.client.get("/keys")
    refusals, under_way, goes_on = held(world.client).refusals, asyncio.Event(), asyncio.Event()

    async def slowly(*given: Any) -> None:
        await append(*given)
        under_way.set()
        await goes_on.wait()

    append = request_store.append
    monkeypatch.setattr(request_store, "append", slowly)
    writing = asyncio.create_task(refusals.write())
    await under_way.wait()
    writing.cancel()
    await asyncio.wait([writing])
    ending = asyncio.create_task(refusals.finish())
    goes_on.set()
    await ending

    assert len(await rows(owner, EVENTS)) == 1


async def test_what_cannot_be_written_waits(world: World, owner: Database) -> None:
    await world.client.get("/keys")
    refusals = held(world.client).refusals
    database, refusals._database = refusals._database, Database("postgresql://127.0.0.1:1/none")
    await refusals._try_to_write()
    assert await rows(owner, EVENTS) == []

    refusals._database = database

    assert len(await events(world, owner)) == 1


async def test_what_auditors_read_is_in_the_audit_trail_and_what_others_read_is_not(
    world: World, owner: Database
) -> None:
    """Few rows, however often; what an auditor is refused is a refusal as anybody's."""
    reads = [f"/rounds/{ROUND}/checkpoints", "/audit/events"]
    for role in ("auditor", "admin", "portal"):
        for path in reads * 10:
            await world.call(role, "GET", path)
    await world.call("auditor", "POST", "/keys", {})
    await held(world.client).reads.write()
    held(world.client).reads._gathered.sum_up(0)
    await held(world.client).reads.write()

    found = await rows(
        owner,
        """SELECT actor, subject, round IS NOT NULL, sum((detail ->> 'count')::int), count(*)
        FROM audit_event WHERE action = 'record.read' GROUP BY 1, 2, 3 ORDER BY 2""",
    )
    assert found == [
        ("auditor", "GET /v1/audit/events", False, 10, 4),
        ("auditor", "GET /v1/rounds/{round}/checkpoints", True, 10, 4),
    ]
    detail = "SELECT detail FROM audit_event WHERE action = 'record.read' LIMIT 1"
    assert set(await one(owner, detail)) == {
        "extent", "count", "status", "key", "role", "address", "at",
    }  # fmt: skip


KEY_OF_SOURCE = """
    SELECT api_key.id FROM api_key JOIN reporter ON reporter.id = api_key.reporter
    WHERE role = 'source'
"""


async def test_each_request_that_was_to_change_something_is_in_the_trail_by_key_and_place(
    world: World, owner: Database
) -> None:
    """However many are alike: a submission names its request, which this tells more of."""
    sent = [await world.submit("source", "C1", STATIONS, value) for value in range(5)]
    await world.submit("source", "C1", STATIONS, 4)  # the same again is accepted
    await world.submit("source", "C1", "nothing", 4)  # what is refused is not
    await world.call("source", "GET", f"/rounds/{ROUND}/submissions")
    await held(world.client).changes.write()

    key = await one(owner, KEY_OF_SOURCE)
    accepted = await rows(
        owner,
        """SELECT round IS NOT NULL, actor, subject, detail ->> 'role', (detail ->> 'key')::bigint,
            detail ->> 'address', request_id
        FROM audit_event WHERE action = 'request.accepted' AND actor = 'source' ORDER BY id""",
    )
    assert len(accepted) == 6
    subject = "POST /v1/rounds/{round}/submissions"
    assert {each[:-1] for each in accepted} == {
        (True, "source", subject, "source", key, "127.0.0.1")
    }
    assert [each[-1] for each in accepted[:5]] == [each.headers["x-request-id"] for each in sent]
