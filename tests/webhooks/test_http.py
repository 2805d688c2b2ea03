"""Subscribing over HTTP, and what is delivered to whom."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from shared.database import Database
from shared.webhooks.courier import Courier
from shared.webhooks.service import MOST_OF_A_KEY
from tests.fixtures.ask import execute, one, rows, until
from tests.fixtures.http import findings, key, mark, problem
from tests.fixtures.make import ROUND, World
from tests.webhooks.conftest import MOST
from tests.webhooks.receiving import receiving, shown, subscribe

DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"
URL = "https://receiver.example/hooks"


HELD = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()
"""


async def deliver(courier: Courier, made: dict[str, Any]) -> bool:
    """Deliver what there is; say whether all of it was received."""
    return await courier.deliver(made["id"], lambda: True)


async def test_a_key_sees_and_changes_its_own_and_an_administrator_all(
    world: World, owner: Database
) -> None:
    world.headers["other"] = await key(owner, "portal", "other")
    world.headers["small"] = await key(owner, "admin", "small", rounds=[ROUND])
    made = await subscribe(world, URL, "portal", rounds=[ROUND])

    seen = {
        role: (await world.call(role, "GET", "/webhooks")).json()["items"]
        for role in ("portal", "other", "small", "admin")
    }
    assert seen["portal"] == [{name: made[name] for name in made if name != "secret"}]
    assert (seen["other"], seen["small"], seen["admin"]) == ([], [], seen["portal"])
    for method, path in (("DELETE", ""), ("POST", "/test"), ("POST", "/resumption")):
        answer = await world.call("other", method, f"/webhooks/{made['id']}{path}")
        problem(answer, 404, "not-found")
    problem(await world.call("expert", "GET", "/webhooks"), 403, "forbidden")
    gone = await world.call("admin", "DELETE", f"/webhooks/{made['id']}")
    assert gone.status_code == 204
    assert await one(owner, "SELECT count(*) FROM webhook_position") == 0
    events = "SELECT actor, action FROM audit_event WHERE action LIKE 'webhook%' ORDER BY id"
    assert await rows(owner, events) == [
        ("portal", "webhook.created"),
        ("admin", "webhook.deleted"),
    ]


async def test_the_secret_is_not_the_gateways_to_read(world: World, database: Database) -> None:
    await subscribe(world, URL)

    assert await one(database, "SELECT url FROM webhook") == URL
    with pytest.raises(DBAPIError, match="permission denied"):
        await one(database, "SELECT secret FROM webhook")


async def test_what_cannot_be_subscribed_to_is_refused_with_its_place(
    world: World, owner: Database
) -> None:
    wrong = {
        "url": "https://user@10.0.0.1/#x",
        "events": ["run"],
        "rounds": [ROUND, "R1999"],
    }
    refused = await world.call("portal", "POST", "/webhooks", wrong)
    assert findings(problem(refused, 422, "invalid")) == [
        ("/url", "userinfo"),
        ("/url", "fragment"),
        ("/url", "target-refused"),
        ("/rounds/1", "unknown-round"),
    ]
    world.headers["small"] = await key(owner, "portal", "small", rounds=[ROUND])
    beyond = {"url": URL, "events": ["run"], "rounds": ["R1999"]}
    problem(await world.call("small", "POST", "/webhooks", beyond), 403, "forbidden")
    for _ in range(MOST_OF_A_KEY):
        await subscribe(world, URL)
    many = await world.call("portal", "POST", "/webhooks", {"url": URL, "events": ["run"]})
    assert problem(many, 409, "too-many-webhooks")["most"] == MOST_OF_A_KEY


async def test_what_fails_is_paused_and_goes_on_where_it_stopped(
    world: World, courier: Courier
) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, receiver.url)
        await mark(world, C1=50)
        receiver.status = 500
        for failures in range(1, MOST + 1):
            assert not await deliver(courier, made)
            seen = await shown(world, made)
            assert (seen["failures"], seen["last_status"], seen["last_failure"]) == (
                *(failures, 500, "status"),
            )
            assert seen["state"] == ("failing" if failures < MOST else "paused")
            assert (seen["next_attempt_at"] is None) == (failures == MOST)
        assert not await deliver(courier, made)  # it makes no attempt any more
        receiver.status = 200
        path = f"/webhooks/{made['id']}/resumption"
        assert (await world.call("portal", "POST", path)).json()["state"] == "active"
        assert await deliver(courier, made)

    seen = await shown(world, made)
    assert (seen["state"], seen["pending"], seen["failures"]) == ("active", 0, 0)
    assert [each.headers["webhook-attempt"] for each in receiver.got] == ["1", "2", "3", "4"]
    assert len({each.headers["webhook-id"] for each in receiver.got}) == 1


async def test_the_lines_of_the_documentation_tell_what_is_genuine(
    world: World, courier: Courier
) -> None:
    (lines,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    documented: dict[str, Any] = {}
    exec(lines, documented)  # noqa: S102 -- it is our own document
    async with receiving() as receiver:
        made = await subscribe(world, receiver.url)
        await mark(world, C1=50)
        assert await deliver(courier, made)

    (got,) = receiver.got
    verify, secret = documented["verify"], made["secret"]
    late = got.headers | {"webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 400)}
    assert verify(secret, got.headers, got.body)
    assert not verify(secret, got.headers, got.body + b" ")
    assert not verify(secret, got.headers | {"webhook-id": "run-1-2"}, got.body)
    assert not verify(secret, late, got.body)
    assert not verify("whsec_AAAA", got.headers, got.body)


@pytest.mark.parametrize("events", [["run"], ["round", "operation"]])
async def test_what_was_subscribed_to_is_delivered_and_is_what_a_stream_says(
    world: World, courier: Courier, events: list[str]
) -> None:
    async with receiving() as receiver:
        made = await subscribe(world, receiver.url, "source", events=events, rounds=[ROUND])
        await mark(world, C1=50, C2=20)
        await world.call("auditor", "POST", f"/rounds/{ROUND}/sensitivity", {"draws": 10})
        await world.call("auditor", "DELETE", f"/rounds/{ROUND}/operations/1")
        await world.transition("closed")
        assert await deliver(courier, made)

    told = [each.said for each in receiver.got]
    if events == ["run"]:
        ((kind, data),) = told
        assert (kind, data["round"], data["run"]) == ("run", ROUND, 1)
        assert data["moved_count"] == len(data["moved"]) == 3
    else:
        assert [(kind, data["state"]) for kind, data in told] == [
            ("operation", "cancelled"),
            ("round", "closed"),
        ]


async def test_a_key_limited_to_rounds_is_told_of_no_other_and_one_that_ended_of_none(
    world: World, owner: Database, courier: Courier
) -> None:
    """What the key reaches is asked when it is delivered."""
    world.headers["small"] = await key(owner, "portal", "small", rounds=[ROUND])
    async with receiving() as receiver:
        made = await subscribe(world, receiver.url, "small")
        whole = await subscribe(world, receiver.url)
        await execute(owner, "UPDATE round SET code = 'R2027'")
        await mark_any(owner)
        assert (await shown(world, made, "small"))["pending"] == 0
        assert await deliver(courier, made)
        assert receiver.got == []
        assert (await shown(world, whole))["pending"] == 1
        await execute(owner, "UPDATE api_key SET expires_at = now()")
        assert not await deliver(courier, whole)
        assert receiver.got == []


async def mark_any(owner: Database) -> None:
    """Have something happen in the only round."""
    await execute(owner, """SELECT append_round_event(id, 'round', '{"state": "x"}') FROM round""")


async def test_a_test_call_that_is_repeated_with_its_key_holds_no_connection_while_it_waits(
    world: World, owner: Database, courier: Courier
) -> None:
    """Nor is the receiver called again for the answer that it had."""
    async with receiving() as receiver:
        made = await subscribe(world, receiver.url)
        path = f"/webhooks/{made['id']}/test"
        headers = world.headers["portal"] | {"Idempotency-Key": "once"}
        waiting = asyncio.create_task(world.client.post(path, headers=headers))
        await until(lambda: one(owner, "SELECT tests_asked > tests_made FROM webhook"))
        held = await one(owner, HELD)
        await deliver(courier, made)
        first = await waiting
        again = await world.client.post(path, headers=headers)

    assert held == 0
    assert (first.status_code, first.json()["status"]) == (200, 204)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert len(receiver.got) == 1
