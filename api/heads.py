"""The head of a request: how large it may be, and what it must say so that nobody misreads it."""

import re
from collections.abc import Sequence
from http import HTTPMethod

from api.http.problems import HeadTooLarge, MalformedRequest, MethodUnknown
from shared.core.errors import DomainError

Fields = Sequence[tuple[bytes, bytes]]

MOST_FIELDS = 100
"""Header fields of a request: each costs a hundred bytes, however short it is."""

VERSIONS = ("1.1", "1.0")

LINE = re.compile(
    rb"[\r\n]*(?P<method>[!#$%&'*+\-.^_`|~0-9A-Za-z]+)"
    rb"(?:\Z| (?:[!-~\x80-\xff]*\Z|[!-~\x80-\xff]+ HTTP/1\.[01]\r?(?:\n|\Z)))"
)
"""The first line of a request (RFC 9112, 3), or as much of one as there is."""


def require_size(url: bytes, fields: Fields, most: int) -> None:
    """Refuse a head, or trailers, beyond the limits. Raises: HeadTooLarge.

    Method and version are not counted.
    """
    if len(fields) > MOST_FIELDS or _size(url, fields) > most:
        raise too_large(most)


def too_large(most: int) -> HeadTooLarge:
    """Return the error for more than *most* bytes, or too many fields."""
    return HeadTooLarge(
        f"a request's head has at most {most} bytes and {MOST_FIELDS} fields", most=most
    )


def require_known_framing(version: str, fields: Fields) -> None:
    """Refuse a request whose end we and a proxy may see in different places.

    Raises: MalformedRequest.
    """
    if version not in VERSIONS:
        raise MalformedRequest("the request is not HTTP/1.1")
    encodings = [value.lower() for name, value in fields if name == b"transfer-encoding"]
    if encodings and (encodings != [b"chunked"] or version == "1.0"):
        raise MalformedRequest("the one transfer coding is chunked, and HTTP/1.1 alone has it")


def unread(begun: bytes, why: str) -> DomainError:
    """Return what to say of a request that the parser stopped at, and *why* in its words.

    *begun* is what came of it last, from the beginning of its first line or from within it. Who
    speaks HTTP with a method that the parser has not is told so (RFC 9110, 15.6.2).
    """
    line = LINE.match(begun) if "method" in why else None
    if line is not None and line["method"].decode() not in HTTPMethod.__members__:
        return MethodUnknown("no path has this method: `Allow` lists those of a path, in capitals")
    return MalformedRequest("the request is not HTTP/1.1")


def _size(url: bytes, fields: Fields) -> int:
    return len(url) + sum(len(name) + len(value) + 4 for name, value in fields)
