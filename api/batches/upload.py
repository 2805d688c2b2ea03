"""Files sent as a request's body: their format, whether they are packed, and what they may hold."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from email.message import Message

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.http.bodies import Bodies
from api.http.integrity.digests import verified
from api.http.problems import BodyTooLarge, MalformedBody, UnsupportedMediaType
from shared.batches.formats import READERS
from shared.batches.limits import MOST_BYTES, MOST_ROWS
from shared.process import memory

MOST_RATIO = 250
"""A packed file becomes at most so many times larger: a table becomes ten times, of like rows two
hundred times larger."""

FREE_RATIO = 2**16
"""Bytes that any packed file may become."""

PIECE = 2**18
PACKED = "/header/Content-Encoding"

LARGE = 2**21
"""Of bytes that are counted for a file: from here on it leaves memory that is worth giving back."""

GONE_SECONDS = 1.0
"""After so long, nothing is left of a file and its answer."""

ROW_BYTES = 1_000
"""What a row costs at least while it is worked on, however few bytes it has in the file."""

PARAMETERS = {"charset": ("utf-8",), "version": ("2.0.0", "2.0"), "header": ("present",)}
"""What a media type may say more; each means what is read anyway."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, unpacked: its media type, and its bytes."""

    format: str
    body: bytes


def media_type(given: str) -> str:
    """Return the format that a `Content-Type` names. Raises: UnsupportedMediaType."""
    message = Message()
    message["Content-Type"] = given
    found = message.get_content_type()
    fits = all(
        isinstance(value, str) and value.lower() in PARAMETERS.get(name.lower(), ())
        for name, value in message.get_params(failobj=[])[1:]
    )
    if found not in READERS or not fits:
        raise UnsupportedMediaType.of("a batch is sent in UTF-8, as", "Content-Type", *READERS)
    return found


@asynccontextmanager
async def upload(request: Request, bodies: Bodies) -> AsyncIterator[Upload]:
    """Give the file that *request* carries; its bytes are counted in *bodies* until the end.

    Raises: UnsupportedMediaType, BodyTooLarge, MalformedBody, Unavailable.
    """
    kind = media_type(request.headers.get("content-type", ""))
    unpack = _unpacker(",".join(request.headers.getlist("content-encoding")))
    most = min(MOST_BYTES, bodies.most)
    announced = request.headers.get("content-length", "0")
    _require_at_most(most, int(announced[:20]) if announced.isdecimal() else 0)
    pieces, counted = list[bytes](), 0
    try:
        sent = verified(request.stream(), request.headers.getlist("content-digest"))
        async for each in unpack(sent, most):
            pieces.append(each)
            bodies.take(len(each))
            counted += len(each)
        body = b"".join(pieces)
        becomes = ROW_BYTES * min(MOST_ROWS, body.count(b"{" if "json" in kind else b"\n"))
        bodies.take(becomes)
        counted += becomes
        with memory.COLLECTOR.resting() if counted >= LARGE else nullcontext():
            yield Upload(kind, body)
    except ClientDisconnect:
        raise MalformedBody.of("broken-off", "the body broke off") from None
    finally:
        bodies.give_back(counted)
        if counted >= LARGE:
            asyncio.get_running_loop().call_later(GONE_SECONDS, memory.COLLECTOR.give_back)


def _require_at_most(most: int, size: int) -> None:
    if size > most:
        raise BodyTooLarge(f"a file has at most {most} bytes, unpacked", most=most)


async def _plain(stream: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for piece in stream:
        size += len(piece)
        _require_at_most(most, size)
        yield piece


async def _gunzipped(stream: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    """Unpack piece by piece, so that a small file cannot become a large one unseen.

    Packed files may follow each other, and zeros the last: RFC 1952, 2.2.
    """
    inflate, sent, size = _inflate(), 0, 0
    async for piece in stream:
        sent += len(piece)
        left = piece
        while left:
            if inflate.eof:
                left = left.lstrip(b"\0")
                inflate = _inflate() if left else inflate
                continue
            try:
                found = inflate.decompress(left, PIECE)
            except zlib.error:
                raise MalformedBody.of("not-gzip", "the body is not gzip", PACKED) from None
            size += len(found)
            _require_at_most(most, size)
            if size > FREE_RATIO + MOST_RATIO * sent:
                message = f"a packed file becomes at most {MOST_RATIO} times larger"
                raise BodyTooLarge(message, most_ratio=MOST_RATIO)
            yield found
            left = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if not inflate.eof:
        raise MalformedBody.of("broken-off", "the packed file broke off")


def _inflate() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)


Unpacker = Callable[[AsyncIterator[bytes], int], AsyncIterator[bytes]]
UNPACKERS: dict[str, Unpacker] = {"": _plain, "identity": _plain, "gzip": _gunzipped}


def _unpacker(encoding: str) -> Unpacker:
    """Return what unpacks a `Content-Encoding`. Raises: UnsupportedMediaType."""
    found = UNPACKERS.get(encoding.strip().lower())
    if found is None:
        accepted = filter(None, UNPACKERS)
        raise UnsupportedMediaType.of(
            "a file comes with the encoding", "Content-Encoding", *accepted
        )
    return found
