"""Connections: how large what does not end may grow, and how many there may be."""

import asyncio
import socket
import struct
import threading
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from api.heads import MOST_FIELDS
from tests.fixtures.sockets import CHUNKED, GET, LONG, post, problem, serving, size


async def test_a_head_of_just_the_limit_is_read_and_one_byte_more_is_not() -> None:
    """The limit counts target and fields, each with its separators."""
    rest = len(b"/") + len(b"Host" + b"test") + len(b"a") + 2 * 4
    async with serving(size, max_head=2048) as served:
        client = await served.connect()
        for body in (b"", b"x" * 8192):  # read together with the head, it does not count
            whole = post(len(body)).removesuffix(b"\r\n")
            more = len(b"Content-Length") + len(str(len(body))) + 4
            await client.say(whole + b"a: " + b"b" * (2048 - rest - more) + b"\r\n\r\n" + body)
            assert await client.answer() == (200, f"{len(body)} 3".encode())
        await client.say(GET + b"a: " + b"b" * (2048 - rest + 1) + b"\r\n\r\n")

        assert problem(await client.rest(), 431, "head-too-large")["most"] == 2048


ENDLESS = {
    "one field": GET + b"a: " + b"b" * 70_000,
    "the target": b"GET /" + b"b" * 70_000,
    "fields": GET + b"a:b\r\n" * (MOST_FIELDS + 1),
    "a whole head of fields": GET + b"a:b\r\n" * MOST_FIELDS + b"\r\n",
    "blank lines": b"\r\n" * 40_000,
    "an extension": CHUNKED + b"5;" + b"b" * 70_000,
    "one trailer": CHUNKED + b"0\r\na: " + b"b" * 70_000,
    "trailers": CHUNKED + b"0\r\n" + b"a:b\r\n" * (MOST_FIELDS + 2),
    "whole trailers of many bytes": CHUNKED + b"0\r\na: " + b"b" * 50_000 + b"\r\n\r\n",
    "many whole trailers": CHUNKED + b"0\r\n" + b"a:b\r\n" * (MOST_FIELDS + 1) + b"\r\n",
}


@pytest.mark.parametrize("piece", [1000, 1_000_000], ids=["in pieces", "at once"])
@pytest.mark.parametrize("sent", ENDLESS.values(), ids=ENDLESS)
async def test_what_does_not_end_is_refused(sent: bytes, piece: int) -> None:
    async with serving(size) as served:
        client = await served.connect()
        for at in range(0, len(sent), piece):
            await client.say(sent[at : at + piece])

        problem(await client.rest(), 431, "head-too-large")


async def test_trailers_do_not_become_fields_of_the_head() -> None:
    """The key has been looked at by then."""
    async with serving(size) as served:
        client = await served.connect()
        await client.say(CHUNKED + b"5\r\nhello\r\n", b"0\r\nAuthorization: Bearer x\r\n\r\n")

        assert await client.answer() == (200, b"5 2")


UNKNOWN = {
    "whole": [b"FOO /v1/rounds HTTP/1.1\r\nHost: test\r\n\r\n"],
    "behind blank lines": [b"\r\n\r\nFOO / HTTP/1.0\r\n\r\n"],
    "small letters": [b"get / HTTP/1.1\r\nHost: test\r\n\r\n"],
    "one that goes on": [b"GETS / HTTP/1.1\r\nHost: test\r\n\r\n"],
    "of another protocol": [b"DESCRIBE / HTTP/1.1\r\nHost: test\r\n\r\n"],
    "no more of it": [b"FO"],
    "in its midst": [b"DEL", b"ETED /v1/rou"],
    "behind a request": [GET + b"\r\n", b"FOO / HTTP/1.1\r\n\r\n"],
    "long": [b"F" * 20_000 + b" / HTTP/1.1\r\n\r\n"],
}


@pytest.mark.parametrize("sent", UNKNOWN.values(), ids=UNKNOWN)
async def test_a_method_that_nobody_knows_is_told_from_what_is_no_http(sent: list[bytes]) -> None:
    async with serving(size) as served:
        client = await served.connect()
        for each in sent[:-1]:
            await client.say(each)
            if each.startswith(GET):
                assert (await client.answer())[0] == 200
            else:
                await served.until(lambda state: any(_has_read(one) for one in state.connections))
        await client.say(sent[-1])

        problem(await client.rest(), 501, "method-unknown")


def _has_read(connection: Any) -> bool:
    return not connection._silent


NO_REQUEST = {
    "TLS": [b"\x16\x03\x01\r\n\r\n"],
    "another greeting": [b"SSH-2.0-OpenSSH_9.6\r\n"],
    "no target": [b"FOO HTTP/1.1\r\n\r\n"],
    "another version": [b"FOO / HTTP/2.0\r\n\r\n"],
    "a known method": [b"GET / HTTP/1.1\r\nHost\r\n\r\n"],
    "a line among the fields": [GET, b"FOO / HTTP/1.1\r\n\r\n"],
    "a line in a body": [CHUNKED, b"FOO / HTTP/1.1\r\n\r\n"],
}


@pytest.mark.parametrize("sent", NO_REQUEST.values(), ids=NO_REQUEST)
async def test_what_is_not_http_is_a_problem_too(sent: list[bytes]) -> None:
    async with serving(size) as served:
        client = await served.connect()
        await client.say(*sent)

        problem(await client.rest(), 400, "malformed-request")


async def test_over_the_bound_a_connection_is_refused_and_the_others_go_on() -> None:
    async with serving(size, max_connections=3) as served:
        first, second, third = [await served.connect() for _ in range(3)]
        for each in (first, second, third):
            await each.say(GET + b"\r\n")
            assert (await each.answer())[0] == 200
        for _ in range(20):
            problem(await (await served.connect()).rest(), 503, "unavailable")
            await first.say(GET + b"\r\n")
            assert (await first.answer())[0] == 200
        second.writer.close()
        async with asyncio.timeout(LONG):
            while True:
                fourth = await served.connect()
                await fourth.say(GET + b"Connection: close\r\n\r\n")
                if (await fourth.rest()).startswith(b"HTTP/1.1 200"):
                    break
        await third.say(GET + b"\r\n")

        assert (await third.answer())[0] == 200


async def test_whoever_still_answers_is_told_when_the_client_goes() -> None:
    """Also where another request waits behind: else it would go on for nobody, for ever."""
    queued, told = threading.Event(), threading.Event()

    async def endless(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        await asyncio.to_thread(queued.wait, LONG)
        while (await receive())["type"] != "http.disconnect":
            pass
        told.set()

    async with serving(endless) as served:
        client = await served.connect()
        await client.say((GET + b"\r\n") * 2)
        await served.until(
            lambda state: any(getattr(each, "pipeline", ()) for each in state.connections)
        )
        queued.set()
        connection = client.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.writer.transport.abort()  # by a reset: one that only said all would wait still

        assert await asyncio.to_thread(told.wait, LONG)


async def test_a_request_for_another_protocol_is_answered_and_the_last() -> None:
    """The parser takes no further one, so that the next would wait for its time to run out."""
    async with serving(size) as served:
        client = await served.connect()
        await client.say(GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n")

        head, _, body = (await client.rest()).partition(b"\r\n\r\n")
        assert (head[:12], body) == (b"HTTP/1.1 200", b"0 3")
        assert b"connection: close" in head


async def test_an_ordinary_client_notices_nothing() -> None:
    limits = httpx.Limits(max_connections=4)
    async with (
        serving(size, max_connections=4) as served,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{served.port}", limits=limits, timeout=LONG
        ) as client,
    ):
        answers = await asyncio.gather(*(client.get("/", params={"n": n}) for n in range(400)))
        large = await client.post("/", content=b"x" * 30_000_000)

        assert {each.status_code for each in answers} == {200}
        assert large.text.startswith("30000000 ")
        assert len(served.server.server_state.connections) <= 4
