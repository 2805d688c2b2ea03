"""What is hashed of a submission, of an audit event and of an applicant's place in a ranking.

Every leaf begins with a salt of 16 bytes that only those know who may see what the leaf says, so
that nobody guesses it from its hash. Doubles are written as the 16 hexadecimal digits of their
IEEE 754 form, which every language writes alike.
"""

import struct
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from pilotzone_verify.canonical import canonical
from pilotzone_verify.trees import leaf_hash

SALT_LENGTH = 16

SUBMISSION = frozenset({
    "applicant", "as_of", "codes", "comment", "confirmed_by", "id", "kind", "measure", "number",
    "obs_status", "recorded_at", "reference", "reported_at", "reporter", "reporter_name",
    "request_id", "revision", "status",
})  # fmt: skip
"""The members of a submission's record, all of them always there."""

ASIDE = SUBMISSION | {"set_aside"}
"""Those of one that was set aside: *set_aside* says why it does not count."""

PLACE = frozenset({
    "applicant", "blocked", "card", "kind", "overall_rank", "overall_tied", "rank", "tied", "total",
})  # fmt: skip
"""The members of an applicant's place in a ranking. *card* is the hash of its scorecard, *total* in
units; ranks are 0 where the applicant is blocked."""

EVENT = frozenset({"action", "actor", "detail", "id", "recorded_at", "request_id", "subject"})
"""The members of an audit event's record; *detail* is JSON as text."""


def double(number: float) -> str:
    """Write a double as text; a missing value is the NaN with all lower bits 0."""
    return struct.pack(">d", number).hex()


def from_double(written: str) -> float:
    """Read a double that `double` wrote. Raises: ValueError."""
    if len(written) != 16:  # noqa: PLR2004
        raise ValueError("a double is written as 16 hexadecimal digits")
    (number,) = struct.unpack(">d", bytes.fromhex(written))
    return float(number)


def record_hash(salt: bytes, record: dict[str, Any]) -> bytes:
    """Hash a record behind its salt. Raises: ValueError."""
    if len(salt) != SALT_LENGTH:
        raise ValueError(f"a salt has {SALT_LENGTH} bytes")
    return leaf_hash(salt + canonical(record))


def card_hash(
    salt: bytes,
    values: Sequence[float],
    shares: Sequence[float],
    units: Sequence[int],
    flags: Sequence[int],
) -> bytes:
    """Hash a scorecard: its salt and its columns, big-endian (doubles, doubles, int64, int32).

    Missing values and shares are NaN, written as 7ff8000000000000. Raises: ValueError.
    """
    count = len(values)
    form = f">{count}d{count}d{count}q{count}i"
    try:
        columns = struct.pack(form, *values, *shares, *units, *flags)
    except struct.error as error:
        raise ValueError(str(error)) from None
    return sha256(salt + columns).digest()


def parameters_hash(parameters: Any) -> bytes:
    """Hash what a run took from its cohorts: canonical JSON in which every number is a double."""
    return sha256(canonical(doubles(parameters))).digest()


def doubles(document: Any) -> Any:
    """Return *document* with every number in it as `double` writes it."""
    if isinstance(document, dict):
        return {name: doubles(each) for name, each in document.items()}
    if isinstance(document, list):
        return [doubles(each) for each in document]
    if isinstance(document, (int, float)) and not isinstance(document, bool):
        return double(float(document))
    return document
