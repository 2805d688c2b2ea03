"""The head of a request: how large it may be, and what it must say so that nobody misreads it."""

from collections.abc import Sequence

from api.http.problems import HeadTooLarge, MalformedRequest

Fields = Sequence[tuple[bytes, bytes]]

MOST_FIELDS = 100
"""Header fields of a request: each costs a hundred bytes, however short it is."""

VERSIONS = ("1.1", "1.0")


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


def _size(url: bytes, fields: Fields) -> int:
    return len(url) + sum(len(name) + len(value) + 4 for name, value in fields)
