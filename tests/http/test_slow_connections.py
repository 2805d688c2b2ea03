"""Connections: no client keeps one by being slow, and none loses it for a bad line."""

import asyncio
import time

import pytest
from starlette.types import Receive, Scope, Send

from api.connection import LEAST_MOVED
from tests.fixtures.sockets import CHUNKED, GET, LONG, post, problem, respond, serving, size

SHORT = "PT0.4S"
STALL = 1.0


async def unread(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer without the body, as to who has no key."""
    await respond(send, b"no")


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with serving(size, head_timeout=SHORT) as served:
        clients = [await served.connect() for _ in range(100)]

        assert [await each.rest() for each in clients] == [b""] * 100
        assert not served.server.server_state.connections


@pytest.mark.parametrize("before", [b"", GET + b"\r\n"], ids=["first", "second request"])
@pytest.mark.parametrize("drop", [b"\r\n", b"a: b\r\n"], ids=["blank lines", "fields"])
async def test_a_head_that_goes_on_and_on_is_closed(before: bytes, drop: bytes) -> None:
    """The time counts from its first byte, not from its last."""
    async with serving(size, head_timeout=SHORT) as served:
        client = await served.connect()
        if before:
            await client.say(before)
            await client.answer()
        reading = asyncio.create_task(client.rest())
        await client.say(b"" if drop == b"\r\n" else GET)
        begin = time.monotonic()
        while not reading.done() and time.monotonic() < begin + LONG:
            await client.say(drop)
            await asyncio.sleep(0.05)

        problem(await reading, 408, "request-too-slow")


async def test_a_connection_that_is_kept_for_nothing_is_closed() -> None:
    async with serving(size, idle_timeout="PT1S") as served:
        client = await served.connect()
        await client.say(GET + b"\r\n")

        assert await client.answer() == (200, b"0 1")
        assert await client.rest() == b""


async def test_it_is_closed_too_where_the_answer_came_before_the_body() -> None:
    """As to whoever has no key: the rest of the body must not keep the connection."""
    async with serving(unread, idle_timeout="PT1S") as served:
        client = await served.connect()
        await client.say(post(3))
        assert await client.answer() == (200, b"no")
        await client.say(b"abc")

        assert await client.rest() == b""


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_that_trickles_is_refused(chunked: bool) -> None:  # noqa: FBT001
    """Extensions of chunks, however many, are nothing of the body."""
    async with serving(size, stall_timeout=SHORT) as served:
        client = await served.connect()
        reading = asyncio.create_task(client.rest())
        await client.say(CHUNKED if chunked else post(5_000_000))
        begin = time.monotonic()
        while not reading.done() and time.monotonic() < begin + LONG:
            await client.say(b"1;" + b"x" * 2000 + b"\r\na\r\n" if chunked else b"a")
            await asyncio.sleep(0.02)

        problem(await reading, 408, "request-too-slow")


async def test_a_slow_body_that_moves_is_waited_for() -> None:
    """For several times the limit, as a batch on a bad line takes."""
    async with serving(size, stall_timeout=STALL) as served:
        client = await served.connect()
        await client.say(post(30 * LEAST_MOVED))
        for _ in range(30):
            await client.say(b"x" * LEAST_MOVED)
            await asyncio.sleep(STALL / 10)

        assert await client.answer() == (200, f"{30 * LEAST_MOVED} 2".encode())


@pytest.mark.parametrize("field", [b"Expect: 100-continue", b"X: y"])
async def test_a_body_that_we_do_not_take_is_not_called_slow(field: bytes) -> None:
    """The application may be waiting for the database."""

    async def later(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(3 * 0.4)
        await size(scope, receive, send)

    async with serving(later, stall_timeout=SHORT) as served:
        client = await served.connect()
        await client.say(post(500_000, field))
        if field.startswith(b"Expect"):
            assert b"100 Continue" in await client.reader.readuntil(b"\r\n\r\n")
        await client.say(b"x" * 500_000)

        assert await client.answer() == (200, b"500000 3")


async def test_a_body_that_nobody_wants_is_not_read_for_ever() -> None:
    async with serving(unread, stall_timeout=SHORT) as served:
        client = await served.connect()
        await client.say(post(10**9))
        assert await client.answer() == (200, b"no")
        async with asyncio.timeout(LONG):
            while served.server.server_state.connections:
                await client.say(b"x" * LEAST_MOVED)
                await asyncio.sleep(0.02)

        assert await client.rest() == b""


async def stream(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(100):
        await send({"type": "http.response.body", "body": b"x" * 200_000, "more_body": True})
    await send({"type": "http.response.body"})


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async with serving(stream, stall_timeout=SHORT) as served:
        client = await served.connect()
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await client.say(GET + b"\r\n")
        await served.until(lambda state: bool(state.tasks))
        await served.until(lambda state: not state.connections and not state.tasks)


async def test_an_answer_that_is_taken_slowly_is_sent_whole() -> None:
    async with serving(stream, stall_timeout=STALL) as served:
        client = await served.connect()
        await client.say(GET + b"Connection: close\r\n\r\n")
        found = 0
        while piece := await client.reader.read(1_000_000):
            found += len(piece)
            await asyncio.sleep(0.02)
        client.writer.close()

        assert found > 100 * 200_000


@pytest.mark.parametrize("apart", [False, True])
async def test_a_head_behind_a_long_answer_has_its_time_from_the_answer_on(
    apart: bool,  # noqa: FBT001
) -> None:
    """A client may send a blank line after its body; a long answer is not broken off for it."""

    async def later(_scope: Scope, _receive: Receive, send: Send) -> None:
        await asyncio.sleep(3 * 0.4)
        await respond(send, b"late")

    async with serving(later, head_timeout=SHORT) as served:
        client = await served.connect()
        await client.say(post(1) + b"x\r\n" + (b"" if apart else b"GET / HTTP"))
        await served.until(lambda state: bool(state.tasks))
        if apart:
            await client.say(b"GET / HTTP")

        assert await client.answer() == (200, b"late")
        problem(await client.rest(), 408, "request-too-slow")
