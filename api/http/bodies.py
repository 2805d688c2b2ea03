"""Request bodies, read so that nothing is lost: what cannot be kept exactly is refused.

A body costs many times its bytes once it is read, and all others wait meanwhile. So its bytes are
bounded for each operation and for the process, what is in it is counted before it is read, and a
large one is read in a thread.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from itertools import accumulate, islice
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.answers.faults import pointer
from api.http.integrity.digests import verified
from api.http.problems import BodyTooLarge, MalformedBody, UnsupportedMediaType
from api.http.schemas import MOST_FINDINGS
from shared.core.errors import Finding, Unavailable

SIGNIFICANT_DIGITS = 15
"""A decimal of so many digits survives a binary double and comes back as it was sent."""

MOST_DIGITS = 6_000
"""A number with so many characters is not looked at more closely."""

MOST_ELEMENTS = 120_000
"""Members and elements of one body: of 10 000 rows, each with its seven members and four codes."""

TOO_MANY = f"a body has at most {MOST_ELEMENTS} members and elements"

MOST_DEPTH = 64

SMALL = 16 * 1024
"""What a body has at most where its endpoint does not say `takes`; read at once."""

JSON_TYPE = re.compile(r"application/([\w.-]+\+)?json\s*(;|$)", re.IGNORECASE | re.ASCII)
HIGH, LOW = r"\\u[dD][89abAB]..", r"\\u[dD][c-fC-F].."
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
LONE_SURROGATE = re.compile(f"{HIGH}(?!{LOW})|(?<!{HIGH}){LOW}", re.DOTALL)
PIECE, PAIR = 100_000, 12

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def takes(most: int) -> Callable[[Endpoint], Endpoint]:
    """Let an endpoint have bodies of up to *most* bytes, where it needs more than `SMALL`."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.most_bytes = most  # type: ignore[attr-defined]
        return endpoint

    return declare


def most_bytes(endpoint: Callable[..., Any]) -> int:
    """Return how large a body *endpoint* takes."""
    return getattr(endpoint, "most_bytes", SMALL)


class Bodies:
    """The bodies that a process holds at the moment."""

    def __init__(self, most: int, most_together: int) -> None:
        """Refuse a body of more than *most* bytes, and one too many for *most_together*.

        The first `SMALL` bytes of each do not count, so that a few large bodies do not keep out the
        small ones; there are no more of these than connections.
        """
        self.most = most
        self._most_together = most_together
        self._together = 0
        self.reading = asyncio.Lock()
        """Held while a large body is read: two at once would take twice the memory."""

    def take(self, size: int) -> None:
        """Count *size* bytes in. Raises: Unavailable."""
        if self._together + size > self._most_together:
            raise Unavailable("the service holds as many bodies as it can: send this one again")
        self._together += size

    def give_back(self, size: int) -> None:
        """Count *size* bytes out."""
        self._together -= size


class _Unkeepable(ValueError):
    """A number that would not come back as it was sent."""


def _number(text: str) -> float | int:
    """Read a number. Raises: _Unkeepable."""
    if len(text) <= SIGNIFICANT_DIGITS and text.isdigit():
        return int(text)
    if len(text) > MOST_DIGITS:
        raise _Unkeepable(f"a number is written with more than {MOST_DIGITS} characters")
    digits = re.sub(r"[eE].*|[-.]", "", text).lstrip("0").rstrip("0")
    if len(digits) > SIGNIFICANT_DIGITS:
        raise _Unkeepable(f"a number has more than {SIGNIFICANT_DIGITS} significant digits")
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Unkeepable("a number is too large")
    if digits and abs(number) < sys.float_info.min:  # below, a double keeps fewer digits or none
        raise _Unkeepable("a number is too small")
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else number


def _constant(text: str) -> float:
    raise MalformedBody.of("not-json", f"{text} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedBody.of("member-twice", "an object has the same member twice")
    return found


DECODER = json.JSONDecoder(
    parse_float=_number,
    parse_int=_number,
    parse_constant=_constant,
    object_pairs_hook=_object,
)


def decode(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8. Raises: MalformedBody."""
    _refuse_unbounded(body)
    try:
        text = body.decode()
        value = DECODER.decode(text)
    except _Unkeepable as error:
        raise MalformedBody(str(error), _where_unkeepable(text)) from None
    except (ValueError, RecursionError):
        raise MalformedBody.of("not-json", "the body is not JSON in UTF-8") from None
    # An escape can name what no text column can hold.
    escapes = text.replace("\\\\", " ") if "\\" in text else ""
    if "\\u0000" in escapes:
        raise MalformedBody.of("text-unwritable", "a text has a NUL character")
    if SURROGATE.search(escapes) and _has_lone_surrogate(escapes):
        raise MalformedBody.of("text-unwritable", "a text has a lone surrogate")
    return value


def _has_lone_surrogate(escapes: str) -> bool:
    """Look piece by piece, since one long search would let no other thread go on."""
    for at in range(0, len(escapes), PIECE):
        found = LONE_SURROGATE.search(escapes, at, at + PIECE + PAIR)
        if found and found.start() < at + PIECE:  # else a pair may be cut in two
            return True
    return False


def _refuse_unbounded(body: bytes) -> None:
    """Count what a body would become, which takes a moment; reading it would take many.

    Raises: MalformedBody.
    """
    if body.count(b'"') > 5 * MOST_ELEMENTS:  # a member has two texts, four marks
        raise MalformedBody.of("too-many-elements", TOO_MANY, most=MOST_ELEMENTS)
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = b" ".join(bare.split(b'"')[::2])
    opened = outside.count(b"{") + outside.count(b"[")
    if opened + outside.count(b",") > MOST_ELEMENTS:
        raise MalformedBody.of("too-many-elements", TOO_MANY, most=MOST_ELEMENTS)
    brackets = outside.translate(STEPS, NO_BRACKETS)
    if max(accumulate(brackets, lambda depth, step: depth + step - 1, initial=0)) > MOST_DEPTH:
        detail = f"a body is nested at most {MOST_DEPTH} deep"
        raise MalformedBody.of("nested-too-deep", detail, most=MOST_DEPTH)


STEPS = bytes.maketrans(b"{[}]", bytes([2, 2, 0, 0]))
NO_BRACKETS = bytes(set(range(256)) - set(b"{[}]"))
"""For `bytes.translate`: what is left are steps down (2) and up (0), counted from 1."""


def _where_unkeepable(text: str) -> tuple[Finding, ...]:
    """Find the first numbers of a JSON text that cannot be kept; of what is no JSON, none."""
    left = MOST_FINDINGS

    def number_or_fault(text: str) -> float | int | _Unkeepable:
        nonlocal left
        try:
            return _number(text) if left else 0
        except _Unkeepable as fault:
            left -= 1
            # Its traceback leads to the whole text, and on to the value that will hold the fault.
            return fault.with_traceback(None)

    decoder = json.JSONDecoder(parse_float=number_or_fault, parse_int=number_or_fault)
    try:
        return tuple(islice(_faults(decoder.decode(text), ()), MOST_FINDINGS))
    except (ValueError, RecursionError):
        return ()


def _faults(value: Any, path: tuple[int | str, ...]) -> Iterator[Finding]:
    match value:
        case _Unkeepable():
            params = {"most_digits": SIGNIFICANT_DIGITS}
            yield Finding(pointer(path), "number-not-exact", f"Refused: {value}.", params)
        case dict():
            for name, each in value.items():
                yield from _faults(each, (*path, name))
        case list():
            for at, each in enumerate(value):
                yield from _faults(each, (*path, at))


class ExactRequest(Request):
    """A request whose JSON keeps every digit."""

    async def read(self, bodies: Bodies, most: int) -> int:
        """Read the body if there is one, of *most* bytes at most.

        Returns how many bytes of it are counted in *bodies*, for the caller to give back.
        FastAPI, which finds it read, would answer whatever is wrong with it in its own words.
        Raises: UnsupportedMediaType, MalformedBody, BodyTooLarge, Unavailable; counts none then.
        """
        body, counted = await received(self, bodies, most)
        try:
            await self._decode(bodies, body)
        except BaseException:
            bodies.give_back(counted)
            raise
        return counted

    async def _decode(self, bodies: Bodies, body: bytes) -> None:
        self._body = body
        if not body:
            return
        require_json(self)
        if len(body) <= SMALL:
            self._json = decode(body)
            return
        async with bodies.reading:
            self._json = await asyncio.to_thread(decode, body)


async def small_json(request: Request, bodies: Bodies) -> bytes:
    """Return a body of JSON as it was sent, for whoever reads it exactly itself.

    It has `SMALL` bytes at most. Raises: UnsupportedMediaType, MalformedBody, BodyTooLarge.
    """
    request.state.deadline.stop()
    body, _ = await received(request, bodies, SMALL)  # of so few none are counted
    request.state.deadline.restart()
    if body:
        require_json(request)
    return body


async def received(request: Request, bodies: Bodies, most: int) -> tuple[bytes, int]:
    """Return the body that *request* brings, of *most* bytes at most.

    With it, how many bytes of it are counted in *bodies*, for the caller to give back. What was
    sent must come to the digest that was given.
    Raises: MalformedBody, BodyTooLarge, Unavailable; counts none then.
    """
    counted, pieces, size = 0, list[bytes](), 0
    most = min(most, bodies.most)
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit():
        _refuse_larger(int(announced[:20]), most)
    given = request.headers.getlist("content-digest")
    sent = verified(request.stream(), given) if given else request.stream()
    try:
        async for piece in sent:
            pieces.append(piece)
            size += len(piece)
            _refuse_larger(size, most)
            beyond = max(0, size - SMALL) - counted
            bodies.take(beyond)
            counted += beyond
    except ClientDisconnect:
        bodies.give_back(counted)
        raise MalformedBody.of("broken-off", "the body broke off") from None
    except BaseException:
        bodies.give_back(counted)
        raise
    return b"".join(pieces), counted


def require_json(request: Request) -> None:
    """Require that the body is sent as JSON, as it is. Raises: UnsupportedMediaType."""
    if not JSON_TYPE.match(request.headers.get("content-type", "")):
        raise UnsupportedMediaType.of("a body is sent as", "Content-Type", "application/json")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType.of("JSON has the encoding", "Content-Encoding", "identity")


def _refuse_larger(size: int, most: int) -> None:
    if size > most:
        raise BodyTooLarge(f"a body has at most {most} bytes here", most=most)
