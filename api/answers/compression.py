"""Answers compressed, to who takes that: once where the same bytes are sent again and again.

The `ETag` of a compressed answer is that of its plain bytes with the coding behind it, so that it
is known before anything was compressed (`api/answers/validators.py`).
"""

import asyncio
import re
from collections.abc import Callable

from cachetools import LRUCache
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.answers.codings import CODINGS, Encoder
from api.answers.validators import coded
from api.http import negotiation
from api.idempotency import NEVER_STORED
from shared.core.flights import Flights

LEAST = 1024
"""Bytes below which an answer fits a packet as it is."""

AT_ONCE = 32 * 1024
"""Bytes that are compressed where they are, in about a millisecond; more, in a thread."""

OFFERED = tuple(CODINGS)

KEPT_BYTES = 16 * 2**20

COMPRESSIBLE = re.compile(
    r"application/([\w.-]+\+)?(json|jsonl)\b|text/(?!event-stream\b)", re.IGNORECASE
)
"""Media types: a workbook is compressed in itself, and of a stream each event is sent at once."""


class Compression:
    """An ASGI middleware: sends answers in the coding that the request asks for."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around *app*."""
        self._app = app
        self._kept: LRUCache[tuple[str, str], bytes] = LRUCache(KEPT_BYTES, getsizeof=len)
        self._flights = Flights[bytes]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = [value for name, value in scope["headers"] if name == b"accept-encoding"]
        coding = negotiation.coding(b",".join(asked).decode("latin-1"), OFFERED)
        await self._app(scope, receive, _Answer(self, coding, send).take)

    async def whole(self, body: bytes, coding: str, etag: str | None) -> bytes:
        """Return *body* in *coding*; what has an *etag* may be asked for again, and is kept."""
        if etag is None:
            return await _in_turn(CODINGS[coding]().whole, body)
        known = self._kept.get((etag, coding))
        if known is not None:
            return known
        return await self._flights.share((etag, coding), lambda: self._made(body, coding, etag))

    async def _made(self, body: bytes, coding: str, etag: str) -> bytes:
        made = await _in_turn(CODINGS[coding]().whole, body)
        if len(made) < KEPT_BYTES // 2:
            self._kept[etag, coding] = made
        return made


class _Answer:
    """One answer on its way out. Its head is held back until it is known how the rest is sent."""

    def __init__(self, by: Compression, coding: str | None, send: Send) -> None:
        """Send to *send* in *coding*; None: as it is."""
        self._by, self._coding, self._send = by, coding, send
        self._head: Message | None = None
        self._encoder: Encoder | None = None

    async def take(self, message: Message) -> None:
        """Take the next message of the answer."""
        if message["type"] == "http.response.start" and _may_be_smaller(message):
            self._head = message
            return
        if message["type"] == "http.response.body":
            if self._head is not None:
                message = await self._begin(self._head, message)
                self._head = None
            elif self._encoder is not None:
                message = await _next(self._encoder, message)
        await self._send(message)

    async def _begin(self, head: Message, first: Message) -> Message:
        """Send the head, and return how the *first* piece of the body is sent."""
        body, more = first.get("body", b""), first.get("more_body", False)
        headers = MutableHeaders(raw=list(head["headers"]))  # those of a kept answer stay
        if more or len(body) >= LEAST:
            if "accept-encoding" not in headers.get("vary", "").lower():
                headers.add_vary_header("Accept-Encoding")
            if self._coding is not None:
                first = await self._encoded(self._coding, headers, first)
        await self._send({**head, "headers": headers.raw})
        return first

    async def _encoded(self, coding: str, headers: MutableHeaders, first: Message) -> Message:
        """Say in *headers* how the answer is sent, and return the *first* piece of its body."""
        etag = headers.get("etag")
        headers["Content-Encoding"] = coding
        if etag is not None:
            headers["ETag"] = coded(etag, coding)
        if first.get("more_body", False):
            del headers["Content-Length"]
            self._encoder = CODINGS[coding]()
            return await _next(self._encoder, first)
        body = await self._by.whole(first["body"], coding, etag)
        headers["Content-Length"] = str(len(body))
        return {**first, "body": body}


def _may_be_smaller(head: Message) -> bool:
    """Say whether an answer with this *head* is compressed if it is long enough.

    One that says a secret is not: its length would tell of it whoever can have something of theirs
    sent along (BREACH).
    """
    headers = dict(head["headers"])  # whoever sends an answer writes their names small
    return (
        COMPRESSIBLE.match(headers.get(b"content-type", b"").decode("latin-1")) is not None
        and b"content-encoding" not in headers
        and headers.get(b"cache-control") != NEVER_STORED.encode()
    )


async def _next(encoder: Encoder, message: Message) -> Message:
    """Return a further piece of an answer compressed; there may be nothing of it yet."""
    piece = message.get("body", b"")
    compress = encoder.compress if message.get("more_body", False) else encoder.whole
    return {**message, "body": await _in_turn(compress, piece)}


async def _in_turn(compress: Callable[[bytes], bytes], piece: bytes) -> bytes:
    """Compress *piece* so that nobody waits for long."""
    if len(piece) <= AT_ONCE:
        return compress(piece)
    return await asyncio.to_thread(compress, piece)
