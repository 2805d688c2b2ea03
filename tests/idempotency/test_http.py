"""A POST with an `Idempotency-Key` takes effect once, and is answered the same again."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest
from alembic import command
from fastapi.routing import APIRoute

from api.app import create_app
from shared.database import Database
from shared.database.migration import configuration
from shared.settings import Settings
from tests.contract.document import EXAMPLES, OPERATIONS
from tests.contract.player import Player
from tests.contract.scenario import play
from tests.contract.test_answers import settled
from tests.fixtures.ask import one
from tests.fixtures.http import SUBMISSIONS, findings, key, problem, stored
from tests.fixtures.make import RESIDENTS, ROUND, STATIONS, World
from tests.idempotency.asking import KEY, again, send, told, value

BATCH = f"{SUBMISSIONS}/batch"
KEPT = "SELECT count(*) FROM idempotency_key"
POSTS = [each for each in OPERATIONS if each.method == "POST"]


def test_every_post_there_is_is_walked_below() -> None:
    """Of the interface: forms of the board are no part of it."""
    routes = create_app(Database(""), Settings()).routes
    guarded = [each for each in routes if isinstance(each, APIRoute)]
    posts = {each.path for each in guarded if "POST" in (each.methods or ())}

    assert {path for path in posts if path.startswith("/v1/")} == {each.path for each in POSTS}


@dataclass
class Twice(Player):
    """Sends every POST with a key of its own, and again, and with the key one of another effect."""

    posts: int = 0
    walked: set[str] = field(default_factory=set)

    async def send(
        self, role: str | None, method: str, path: str, *parts: Any, **more: Any
    ) -> httpx.Response:
        """Send a request, of which no repetition has an effect of its own."""
        if method != "POST":
            return await super().send(role, method, path, *parts, **more)
        self.posts += 1
        key = ("Idempotency-Key", f"key-{self.posts}")
        send = partial(super().send, role, method, path, *parts, **more)
        first, second = [await send(more_headers=(key,)) for _ in range(2)]
        other = await send(more_headers=(key, ("Prefer", "another-effect")))

        assert (again(first), again(second)) == (False, True), path
        assert told(second) == told(first)
        problem(other, 422, "idempotency-key-reused")
        self.walked |= {each.path for each in POSTS if each.matches(method, path)}
        return first


async def test_every_post_is_answered_again_byte_for_byte(
    client: httpx.AsyncClient, headers: dict[str, dict[str, str]], worker_database: Database
) -> None:
    """What is added takes part as it appears; and ids and counts are as if each was sent once."""
    player = Twice(client, headers)

    await play(player, worker_database)

    assert player.walked == {each.path for each in POSTS}
    examples = {key: each["response"] for key, each in EXAMPLES.items() if "response" in each}
    assert settled(player.answers) == settled(examples)


async def test_without_a_key_nothing_is_kept(world: World, owner: Database) -> None:
    """Every request that opened this world went without."""
    await world.submit("source", "C1", STATIONS, 5)
    await world.client.post(BATCH, json={"items": [value(6)]}, headers=world.headers["source"])

    assert await one(owner, KEPT) == 0


async def test_a_key_on_another_method_is_not_looked_at(world: World, owner: Database) -> None:
    """They can be repeated as they are."""
    named = world.headers["portal"] | {"Idempotency-Key": KEY}
    for state in ("withdrawn", "accepted"):
        path = f"/rounds/{ROUND}/entries/C1"
        answer = await world.client.put(path, json={"state": state}, headers=named)
        assert answer.json()["state"] == state

    assert await one(owner, KEPT) == 0


async def test_a_late_retry_does_not_undo_a_correction(world: World) -> None:
    first = await send(world, value(700_000))
    await send(world, value(650_000), key="another")

    late = await send(world, value(700_000))

    assert told(late) == told(first)
    assert [each["value"] for each in await stored(world)] == [700_000, 650_000]


@pytest.mark.parametrize("change", ["body", "path", "prefer", "type"])
async def test_a_key_that_comes_with_another_request_is_refused(
    world: World, owner: Database, change: str
) -> None:
    """Bytes are compared, not what they say: nobody has to guess what is equal."""
    body = b'{"items": []}'.replace(b"[]", b"[%b]" % str(value(5)).replace("'", '"').encode())
    path, named = BATCH, {"Content-Type": "application/json"}
    named |= world.headers["source"] | {"Idempotency-Key": KEY}
    first = await world.client.post(path, content=body, headers=named)
    assert first.status_code == 200, first.text

    if change == "body":
        body += b" "
    elif change == "path":
        path, body = SUBMISSIONS, str(value(6)).replace("'", '"').encode()
    elif change == "prefer":
        named["Prefer"] = "handling=lenient"
    else:
        named["Content-Type"] = "application/json; charset=utf-8"
    problem(
        await world.client.post(path, content=body, headers=named), 422, "idempotency-key-reused"
    )

    assert [each["value"] for each in await stored(world)] == [5]
    assert await one(owner, KEPT) == 1


@pytest.mark.parametrize(
    "given", ["", " ", '""', "two words", '"two words"', '"open', '"', "x" * 201, "schlüssel"]
)
async def test_what_is_no_key_is_refused_and_nothing_is_stored(world: World, given: str) -> None:
    named = httpx.Headers(world.headers["source"] | {"Idempotency-Key": given}, encoding="utf-8")

    answer = await world.client.post(SUBMISSIONS, json=value(5), headers=named)

    assert problem(answer, 400, "malformed-idempotency-key")["most"] == 200
    assert await stored(world) == []


async def test_two_keys_are_none(world: World) -> None:
    named = [*world.headers["source"].items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]

    answer = await world.client.post(SUBMISSIONS, json=value(5), headers=named)

    problem(answer, 400, "malformed-idempotency-key")


@pytest.mark.parametrize(
    ("first", "second"), [("a;b", '"a;b"'), ('a"b\\', r'"a\"b\\"'), ("x" * 200, f'"{"x" * 200}"')]
)
async def test_a_key_is_the_same_quoted_or_not(world: World, first: str, second: str) -> None:
    answers = [await send(world, value(5), key=each) for each in (first, second)]

    assert [again(each) for each in answers] == [False, True]


async def test_a_key_is_one_reporters_alone(world: World, owner: Database) -> None:
    """Another's request is another one, whatever it is called, and told nothing of the first."""
    other = await key(owner, "source", "other source")
    world.headers["other"] = other
    first = await send(world, value(5))

    second = await send(world, value(5), role="other")

    assert not again(second)
    assert second.json()["id"] != first.json()["id"]
    assert [each["reporter"] for each in await stored(world)] == ["source", "other source"]


async def test_another_key_of_the_same_reporter_gets_the_answer_if_it_reaches_as_far(
    world: World, owner: Database
) -> None:
    world.headers["renewed"] = await key(owner, "source", "source")
    world.headers["narrow"] = await key(owner, "source", "source", measures=[STATIONS])
    await send(world, value(5))

    assert again(await send(world, value(5), role="renewed"))
    problem(await send(world, value(5), role="narrow"), 422, "idempotency-key-reused")


async def test_a_refusal_is_not_kept_and_the_same_request_tried_again(
    world: World, owner: Database
) -> None:
    """It changed nothing, so that there is nothing to repeat."""
    await world.transition("closed")
    problem(await send(world, value(5)), 409, "round-not-open")
    problem(await send(world, value(5, applicant="C9")), 404, "not-found")
    problem(await send(world, value(-5)), 422, "submission-refused")
    draft = await send(world, {"to": "draft"}, f"/rounds/{ROUND}/transitions", "admin")
    problem(draft, 409, "transition-not-allowed")
    assert await one(owner, KEPT) == 0
    await world.transition("open")

    assert (await send(world, value(5))).json()["result"] == "created"
    assert again(await send(world, value(5)))


async def test_a_file_that_was_refused_has_a_receipt_and_is_answered_again(world: World) -> None:
    """Otherwise each repetition would leave another receipt of the same."""
    rows = {"items": [value(5), value(1.5, measure=RESIDENTS)]}

    first, second = [await send(world, rows, BATCH) for _ in range(2)]

    assert first.json()["type"] == "/problems/batch-rejected"
    assert findings(first.json()) == [("/items/1/value", "not-whole")]
    assert (again(first), again(second)) == (False, True)
    assert told(second) == told(first)
    assert 'rel="rest"' in second.headers["link"]
    receipts = await world.call("source", "GET", f"/rounds/{ROUND}/batches")
    assert [each["batch"] for each in receipts.json()["items"]] == [first.json()["batch"]]


async def test_an_answer_keeps_what_its_headers_said(world: World) -> None:
    prefer = "handling=lenient, return=minimal"
    rows = {"items": [value(5), value(1.5, measure=RESIDENTS)]}

    first, second = [await send(world, rows, BATCH, Prefer=prefer) for _ in range(2)]

    assert (first.status_code, again(second)) == (207, True)
    assert told(second) == told(first)
    assert second.headers["location"].endswith(f"/batches/{first.json()['batch']}")
    assert second.headers["preference-applied"] == "handling=lenient, return=minimal"
    assert second.headers["x-request-id"] != first.headers["x-request-id"]


async def test_a_large_answer_is_kept_small(world: World, owner: Database) -> None:
    codes = [("C1", day) for day in range(1, 29)]
    rows = [
        value(number, as_of=f"{1990 + number // 28}-01-{codes[number % 28][1]:02}")
        for number in range(1_000)
    ]

    first, second = [await send(world, {"items": rows}, BATCH) for _ in range(2)]

    assert again(second)
    assert told(second) == told(first)
    size = await one(owner, "SELECT octet_length(body) FROM idempotency_key")
    assert size < len(first.content) / 5


async def test_a_gateway_newer_than_its_database_refuses_keys_and_goes_on_with_all_else(
    world: World, url: str
) -> None:
    """Who sends a key relies on it: without the table nothing may take effect."""
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")

    problem(await send(world, value(5)), 503, "unavailable")

    assert await stored(world) == []
    assert (await world.submit("source", "C1", STATIONS, 6)).status_code == 201
