"""A token as it is written (JWS compact serialisation, RFC 7515), read strictly.

Each token has one spelling: with other alphabets or spare bits of base64, one that was refused or
kept could be shown as another.
"""

import base64
from dataclasses import dataclass
from typing import Any

from shared.access.tokens import strict_json
from shared.access.tokens.refusal import Rule, refused

MOST = 8 * 1024
"""Bytes; nothing of a longer one is looked at."""

PARTS = 3


@dataclass(frozen=True, slots=True)
class Compact:
    """A token taken apart: its header, the bytes of its claims, what was *signed*, and how."""

    header: dict[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


def looks_like_one(text: str) -> bool:
    """Say whether *text* could be a token; no key has a full stop."""
    return text.count(".") == PARTS - 1


def read(token: str) -> Compact:
    """Take a token apart. Raises: TokenRefused."""
    if len(token) > MOST:
        raise refused(Rule.TOO_LARGE)
    signed, _, signature = token.rpartition(".")
    header, _, payload = signed.partition(".")
    return Compact(members(_bytes(header)), _bytes(payload), signed.encode(), _bytes(signature))


def members(raw: bytes) -> dict[str, Any]:
    """Read a part that is a JSON object. Raises: TokenRefused."""
    try:
        return strict_json.document(raw)
    except ValueError:
        raise refused(Rule.MALFORMED) from None


def _bytes(part: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise refused(Rule.MALFORMED) from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise refused(Rule.MALFORMED)
    return raw
