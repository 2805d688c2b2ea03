"""A receiver of webhooks on a real socket, and a key's subscription to it."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.fixtures.make import World

ALLOWED = "127.0.0.0/8"
LIMIT = 30


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> tuple[str, Any]:
        """Return the type and data of the event."""
        event = json.loads(self.body)
        return event["type"], event["data"]


@dataclass
class Receiver:
    """What came, and what is answered: *status*, once it is *open*."""

    port: int = 0
    status: int = 204
    fields: str = ""
    body: bytes = b""
    length: int = 0
    got: list[Received] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Where it receives."""
        return f"http://127.0.0.1:{self.port}/hooks?of=portal"

    async def until(self, count: int) -> list[Received]:
        """Wait until so many requests came. Raises: TimeoutError."""
        async with asyncio.timeout(LIMIT), self._came:
            await self._came.wait_for(lambda: len(self.got) >= count)
        return self.got

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        self._writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._receive(reader)
                await self.open.wait()
                length = f"Content-Length: {self.length}\r\n\r\n"
                writer.write(f"HTTP/1.1 {self.status} X\r\n{self.fields}{length}".encode())
                writer.write(self.body)
        writer.close()

    async def close(self) -> None:
        """End every connection."""
        self.open.set()
        for each in self._writers:
            each.close()
            with suppress(ConnectionError, ssl.SSLError):
                await each.wait_closed()

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (each.split(": ", 1) for each in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        async with self._came:
            self.got.append(Received(first.split()[1], headers, body))
            self._came.notify_all()


@asynccontextmanager
async def receiving(
    port: int = 0, tls: ssl.SSLContext | None = None, *, held: bool = False
) -> AsyncIterator[Receiver]:
    """Receive on a port; *held*: nothing is answered before the receiver is opened."""
    receiver = Receiver()
    if not held:
        receiver.open.set()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.close()


async def subscribe(world: World, url: str, role: str = "portal", **more: Any) -> dict[str, Any]:
    """Subscribe a key to everything; return what was answered."""
    body = {"url": url, "events": ["run", "round", "operation"]} | more
    answer = await world.call(role, "POST", "/webhooks", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made: dict[str, Any] = answer.json()
    return made


async def shown(world: World, made: dict[str, Any], role: str = "portal") -> dict[str, Any]:
    """Return a subscription as its holder sees it now."""
    items = (await world.call(role, "GET", "/webhooks")).json()["items"]
    (found,) = [each for each in items if each["id"] == made["id"]]
    return dict(found)
