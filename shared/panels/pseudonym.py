"""Names for experts that tell them apart within a round, and nothing else about them."""

import base64
import hashlib
import hmac
from uuid import UUID

LETTERS = 8
"""Of five bits each: among a thousand experts two share a name once in two million rounds."""


def pseudonym(salt: UUID, reporter: int) -> str:
    """Return what the expert with the id *reporter* is called in the round of this *salt*.

    The same in the whole round, another in each round. Without the salt one can neither
    undo it nor try ids until one fits. Source: RFC 2104 (HMAC), with SHA-256.
    """
    digest = hmac.digest(salt.bytes, str(reporter).encode(), hashlib.sha256)
    return f"expert-{base64.b32encode(digest).decode()[:LETTERS]}"
