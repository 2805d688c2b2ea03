"""How the gateway's server takes over a listening socket."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from api.__main__ import configured, inherited, serve
from shared.process.listening import listen
from shared.settings import Settings

LONG = 30  # seconds after which a test that waits has failed


@pytest.fixture
async def listener() -> AsyncIterator[socket.socket]:
    """Give a socket as `pilotzone up` hands it down."""
    with listen("127.0.0.1", 0) as listener:
        yield listener


async def test_a_kept_connection_of_an_inherited_socket_sends_at_once(
    listener: socket.socket,
) -> None:
    """Otherwise Nagle's algorithm holds each answer back until the client's acknowledgement."""
    server = uvicorn.Server(configured(FastAPI(), Settings()))
    # A number of its own, as in the process that inherits it: the server closes it at its end.
    # In a thread, as the loop is the server's own kind there.
    handed_down = inherited(listener.dup().detach())
    assert handed_down is not None
    serving = asyncio.create_task(asyncio.to_thread(server.run, [handed_down]))
    try:
        async with asyncio.timeout(LONG):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
        (connection,) = server.server_state.connections
        number = connection.transport.get_extra_info("socket").fileno()
        with socket.socket(fileno=os.dup(number)) as accepted:
            at_once = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        writer.close()
    finally:
        server.should_exit = True
        await serving

    assert at_once


def test_threads_at_work_give_way_to_the_event_loop_ten_times_as_often_as_they_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meanwhile: list[float] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_: meanwhile.append(sys.getswitchinterval()))
    before = sys.getswitchinterval()
    try:
        with listen("127.0.0.1", 0) as listener:
            serve(FastAPI(), Settings(), listener)
    finally:
        sys.setswitchinterval(before)

    assert meanwhile == [pytest.approx(before / 10)]
