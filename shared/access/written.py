"""How a key is written: a prefix, random characters, and a checksum of both.

A scanner finds one that leaked by `PATTERN`, and tells it from what merely looks like one by the
checksum. One that was mistyped is known for that without asking the database.
"""

import re
import secrets
import string
import zlib

PREFIX = "pz_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM = 43
"""Characters; of 62 kinds each, so that there are 256 random bits."""
CHECKSUM = 6
"""Characters, as many as the 32 bits of a CRC need."""

PATTERN = rf"{PREFIX}[0-9A-Za-z]{{{RANDOM}}}_[0-9A-Za-z]{{{CHECKSUM}}}"
"""Keys as they are made now."""

NOW_MADE = re.compile(PATTERN)
MADE_BEFORE = re.compile(rf"{PREFIX}[0-9A-Za-z_-]{{43}}")
"""Keys without a checksum, which open until they end. The two differ in length."""


def new() -> str:
    """Return a new key."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return f"{body}_{_checksum(body)}"


def may_be_one(text: str) -> bool:
    """Say whether *text* could be a key of this service; if not, none has to be looked for."""
    if NOW_MADE.fullmatch(text):
        body, _, checksum = text.rpartition("_")
        return checksum == _checksum(body)
    return MADE_BEFORE.fullmatch(text) is not None


def _checksum(body: str) -> str:
    """Return the CRC-32 of *body* in base 62, the highest place first."""
    rest, places = zlib.crc32(body.encode()), list[str]()
    for _ in range(CHECKSUM):
        rest, place = divmod(rest, len(ALPHABET))
        places.append(ALPHABET[place])
    return "".join(reversed(places))
