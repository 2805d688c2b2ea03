"""Taking members out of documents that nobody has checked yet."""

import json
from typing import Any

from pilotzone_verify.outcome import Unusable

Json = dict[str, Any]


def document(text: str | bytes) -> Json:
    """Read a JSON object; no member twice, no NaN. Raises: Unusable."""
    try:
        found = json.loads(text, object_pairs_hook=_members, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"no JSON: {error}") from None
    if not isinstance(found, dict):
        raise Unusable("a JSON object was expected")
    return found


def _members(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def text(members: Json, name: str) -> str:
    """Return a member that is text. Raises: Unusable."""
    found = members.get(name)
    if not isinstance(found, str):
        raise Unusable(f"{name} is not text")
    return found


def whole(members: Json, name: str) -> int:
    """Return a member that is a whole number from 0 to 2**53. Raises: Unusable."""
    found = members.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 2**53:
        raise Unusable(f"{name} is no whole number")
    return found


def members_of(members: Json, name: str) -> Json:
    """Return a member that is an object. Raises: Unusable."""
    found = members.get(name)
    if not isinstance(found, dict):
        raise Unusable(f"{name} is no object")
    return found


def items(members: Json, name: str) -> list[Any]:
    """Return a member that is a list. Raises: Unusable."""
    found = members.get(name)
    if not isinstance(found, list):
        raise Unusable(f"{name} is no list")
    return found


def texts(members: Json, name: str) -> list[str]:
    """Return a member that is a list of texts. Raises: Unusable."""
    found = members.get(name)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Unusable(f"{name} is no list of texts")
    return found


def digest(members: Json, name: str) -> bytes:
    """Return a member that is 32 bytes in hexadecimal digits. Raises: Unusable."""
    return from_hex(text(members, name), 32)


def salt(members: Json) -> bytes:
    """Return the member *salt*, 16 bytes in hexadecimal digits. Raises: Unusable."""
    return from_hex(text(members, "salt"), 16)


def path(members: Json, name: str) -> list[bytes]:
    """Return a member that is a list of hashes. Raises: Unusable."""
    return [from_hex(each, 32) for each in texts(members, name)]


def from_hex(written: str, length: int) -> bytes:
    """Read *length* bytes. Raises: Unusable."""
    if len(written) != 2 * length or not set(written) <= set("0123456789abcdef"):
        raise Unusable(f"{length} bytes are written as {2 * length} hexadecimal digits")
    return bytes.fromhex(written)
