"""Gateways on sockets, and readers of their streams."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.app import ROLE, over
from shared.embedded.server import logged_in
from shared.settings import Settings
from tests.fixtures.make import ROUND
from tests.fixtures.sockets import LONG, Client, Served, serving

PATH = f"/v1/rounds/{ROUND}/events"


@dataclass(frozen=True)
class Event:
    """An event as it was sent; no *kind*: where the stream begins, or a sign of life."""

    kind: str | None
    id: str | None
    data: Any
    raw: bytes


@dataclass
class Reader:
    """One stream, whose head was read."""

    client: Client
    status: int
    head: bytes
    last_id: str | None = None
    pieces: bytes = b""

    async def next(self) -> Event:
        """Read what is sent next. Raises: EOFError where the stream has ended."""
        async with asyncio.timeout(LONG):
            while b"\n\n" not in self.pieces:
                size = int(await self.client.reader.readuntil(b"\r\n"), 16)
                if size == 0:
                    raise EOFError
                self.pieces += await self.client.reader.readexactly(size)
                await self.client.reader.readexactly(2)
        raw, _, self.pieces = self.pieces.partition(b"\n\n")
        fields = dict(line.split(": ", 1) for line in raw.decode().split("\n") if line[1:])
        self.last_id = fields.get("id", self.last_id)
        data = json.loads(fields["data"]) if "data" in fields else None
        return Event(fields.get("event"), fields.get("id"), data, raw)

    async def happenings(self, count: int) -> list[Event]:
        """Read so many events, without signs of life."""
        found: list[Event] = []
        while len(found) < count:
            event = await self.next()
            found += [event] if event.kind else []
        return found

    async def until_end(self) -> list[Event]:
        """Read until the stream ends as one does that is whole."""
        found: list[Event] = []
        try:
            while True:
                found.append(await self.next())
        except EOFError:
            return found


@asynccontextmanager
async def gateway(url: str, **settings: Any) -> AsyncIterator[Served]:
    """Serve a gateway as in production."""
    given = Settings(**settings)
    app = over(logged_in(url, ROLE), given)
    async with serving(app, "on", **settings) as served:
        await served.until(lambda _: served.server.started)
        yield served


async def listen(
    served: Served, key: dict[str, str], last_id: str | None = None, path: str = PATH
) -> Reader:
    """Begin to listen, behind *last_id* if there is one."""
    lines = [f"GET {path} HTTP/1.1", "Host: test", f"Authorization: {key['Authorization']}"]
    if last_id is not None:
        lines.append(f"Last-Event-ID: {last_id}")
    client = await served.connect()
    await client.say("\r\n".join([*lines, "", ""]).encode())
    async with asyncio.timeout(LONG):
        head = await client.reader.readuntil(b"\r\n\r\n")
    reader = Reader(client, int(head.split()[1]), head)
    if reader.status == 200:
        await reader.next()
    return reader
