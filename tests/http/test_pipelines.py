"""Where requests end, and several on one connection: those that came whole are answered first."""

import asyncio
import re
import threading
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from api.connection import MOST_QUEUED
from tests.fixtures.sockets import CHUNKED, GET, LONG, post, problem, respond, serving, size

OF_ONE = b"HTTP/1.1 "


def is_kept(connection: Any) -> bool:
    """Whether a further request may follow the last one of *connection*."""
    return bool(connection.cycle.keep_alive)


def parts(said: bytes) -> list[bytes]:
    """Return the answers in *said*, one by one."""
    return [OF_ONE + each for each in said.split(OF_ONE)[1:]]


async def test_requests_that_wait_for_one_another_are_answered_in_turn() -> None:
    async with serving(size) as served:
        client = await served.connect()
        await client.say(b"".join(post(n) + b"x" * n for n in range(MOST_QUEUED)))

        answers = [await client.answer() for _ in range(MOST_QUEUED)]
        assert answers == [(200, f"{n} 2".encode()) for n in range(MOST_QUEUED)]


@pytest.mark.parametrize("many", [100, 10_000])
async def test_of_more_requests_than_may_wait_the_first_are_answered(many: int) -> None:
    async with serving(size) as served:
        client = await served.connect()
        await client.say((GET + b"\r\n") * many)

        *answers, last = parts(await client.rest())
        assert [each[:12] for each in answers] == [b"HTTP/1.1 200"] * (MOST_QUEUED + 1)
        problem(last, 503, "unavailable")


@pytest.mark.parametrize(
    "broken",
    [b"nonsense\r\n\r\n", CHUNKED + b"nonsense\r\n", CHUNKED + b"5\r\nhello\r\nnonsense\r\n"],
    ids=["a head", "a body", "the end of a body"],
)
async def test_what_came_whole_is_answered_before_what_is_broken_is_refused(broken: bytes) -> None:
    async with serving(size) as served:
        client = await served.connect()
        await client.say(post(3) + b"abc" + post(4) + b"abcd" + broken)

        first, second, last = parts(await client.rest())
        assert first.endswith(b"\r\n\r\n3 2")
        assert second.endswith(b"\r\n\r\n4 2")
        problem(last, 400, "malformed-request")


FRAMING = {
    "gzip, chunked": GET + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": GET + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n",
    "HTTP/1.0 in chunks": CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\nHost: test\r\n\r\n",
}


@pytest.mark.parametrize("sent", FRAMING.values(), ids=FRAMING)
async def test_a_request_whose_end_may_be_seen_elsewhere_is_refused(sent: bytes) -> None:
    async with serving(size) as served:
        client = await served.connect()
        await client.say(sent)

        problem(await client.rest(), 400, "malformed-request")


async def test_http_1_0_is_answered_and_needs_no_host() -> None:
    async with serving(size) as served:
        client = await served.connect()
        await client.say(b"GET / HTTP/1.0\r\n\r\n")

        assert re.fullmatch(rb"HTTP/1.1 200 .*\r\n\r\n0 0", await client.rest(), re.DOTALL)


@pytest.mark.parametrize("requests", [1, 3])
async def test_a_client_that_has_said_all_is_answered(requests: int) -> None:
    """It closes its own direction alone, as `nc -N` does, while the answer is being made."""
    heard = threading.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.to_thread(heard.wait, LONG)
        await size(scope, receive, send)

    async with serving(app) as served:
        client = await served.connect()
        await client.say((post(5) + b"hello") * requests)
        await served.until(lambda state: bool(state.tasks))
        client.writer.write_eof()
        if requests == 1:
            await served.until(lambda state: not any(map(is_kept, state.connections)))
        heard.set()

        answers = parts(await client.rest())
        assert [each.partition(b"\r\n\r\n")[2] for each in answers] == [b"5 2"] * requests


async def test_a_client_that_leaves_within_a_body_is_not_answered() -> None:
    gone: list[str] = []

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "http.request" and message["more_body"]:
            pass
        gone.append(message["type"])
        await respond(send, b"")

    async with serving(app) as served:
        client = await served.connect()
        await client.say(post(5) + b"hell")
        client.writer.write_eof()

        assert await client.rest() == b""
        await served.until(lambda state: not state.tasks)
    assert gone == ["http.disconnect"]
