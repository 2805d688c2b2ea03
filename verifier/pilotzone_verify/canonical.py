"""One way to write a JSON document as bytes: RFC 8785, for documents without fractions."""

import json
from typing import Any

MAX_INTEGER = 2**53 - 1
"""The greatest integer that RFC 8785 keeps exactly."""


def canonical(document: Any) -> bytes:
    """Write *document* as RFC 8785 says; names of members are ASCII.

    Fractions are refused: a double is written as text, by `leaves.double`. Raises: ValueError.
    """
    _check(document)
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
    )
    return text.encode()


def _check(document: Any) -> None:
    waiting = [document]
    while waiting:
        match waiting.pop():
            case dict() as members:
                if not all(isinstance(name, str) and name.isascii() for name in members):
                    raise ValueError("a member's name is not ASCII")
                waiting.extend(members.values())
            case list() | tuple() as items:
                waiting.extend(items)
            case bool() | str() | None:
                pass
            case int(number):
                if abs(number) > MAX_INTEGER:
                    raise ValueError("an integer has more than 53 bits")
            case other:
                raise ValueError(f"a {type(other).__name__} is written as text")
