"""What is hashed, written by PostgreSQL as `pilotzone_verify.leaves` says: RFC 8785, salted."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pilotzone_verify.leaves import SALT_LENGTH
from shared.scoring.arrays import IntArray

MOMENT = """'"' || to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"'"""


def _members(**members: str) -> str:
    """Return SQL that writes an object; *members* are SQL for JSON, in order of name."""
    parts = [
        f"""'{"," if at else "{"}"{name}":' || {sql}"""
        for at, (name, sql) in enumerate(members.items())
    ]
    return " || ".join([*parts, "'}'"])


def _json(column: str) -> str:
    return f"coalesce(to_json({column})::text, 'null')"


OF_SUBMISSION = {
    "applicant": _json("said.applicant"),
    "as_of": "to_json(said.as_of)::text",
    "codes": _json("said.codes"),
    "comment": _json("said.comment"),
    "confirmed_by": _json("said.confirmed_by"),
    "id": "said.id::text",
    "kind": _json("said.kind"),
    "measure": _json("said.measure"),
    "number": """coalesce('"' || encode(float8send(said.number), 'hex') || '"', 'null')""",
    "obs_status": _json("said.obs_status"),
    "recorded_at": MOMENT.format("said.recorded_at"),
    "reference": _json("said.reference"),
    "reported_at": f"coalesce({MOMENT.format('said.reported_at')}, 'null')",
    "reporter": "said.reporter::text",
    "reporter_name": _json("who.name"),
    "request_id": _json("said.request_id"),
    "revision": "said.revision::text",
    "status": _json("said.status"),
}
"""Members of the record of a row `said` of submissions, by the reporter `who`."""

SUBMISSION = _members(**OF_SUBMISSION)

OF_ASIDE = OF_SUBMISSION | {"confirmed_by": "'null'", "set_aside": _json("said.set_aside")}
ASIDE = _members(**dict(sorted(OF_ASIDE.items())))
"""Of a row `said` of what was set aside: what a submission has, and why."""

VARYING = ("applicant", "id", "measure", "number")
"""What differs from one submission of a push to the next; the rest is written once for many."""

TEMPLATE = _members(**{
    name: "chr(1)" if name in VARYING else sql for name, sql in OF_SUBMISSION.items()
})  # fmt: skip
"""The record of submissions that differ in those members alone, with a blank for each: a character
that no JSON has as it is."""

BLANK = "\x01"

EVENT = _members(
    action=_json("event.action"),
    actor=_json("event.actor"),
    detail="to_json(event.detail::text)::text",
    id="event.id::text",
    recorded_at=MOMENT.format("event.recorded_at"),
    request_id=_json("event.request_id"),
    subject=_json("event.subject"),
)
"""Of a row `event` of audit events."""


def salt_of(secret: str, what: str, round_id: str, number: str) -> str:
    """Return SQL for the salt of the submission or event of this *number*."""
    label = f"'\\x{what.encode().hex()}'::bytea"
    whole = f"sha256({secret} || {label} || int8send({round_id}) || int8send({number}))"
    return f"substring({whole} FROM 1 FOR {SALT_LENGTH})"


def salted_by(secret: bytes, what: str, round_id: int) -> bytes:
    """Return what a number, as eight bytes, is hashed behind: the digest begins with its salt."""
    return secret + what.encode() + round_id.to_bytes(8, "big")


def leaf_of(salt: str, record: str) -> str:
    """Return SQL for the hash of a *record* behind its *salt*."""
    return f"sha256('\\x00'::bytea || {salt} || convert_to({record}, 'UTF8'))"


def salt_of_place(secret: bytes, round_id: int, applicant: str) -> bytes:
    """Return the salt of an applicant's places in the rankings of a round."""
    return sha256(secret + b"place" + round_id.to_bytes(8, "big") + applicant.encode()).digest()[
        :SALT_LENGTH
    ]


_Bytes: TypeAlias = NDArray[np.uint8]


class Group(NamedTuple):
    """Submissions of one *template*, in any order, each of their columns one behind the other.

    All applicants' codes have the same number of bytes, and all measures'; all have a number, or
    none has. *ids* and *numbers* are 8 bytes each, *digests* 32, which begin with a salt.
    """

    template: str
    ids: bytes
    digests: bytes
    applicants: str
    measures: str
    numbers: bytes | None


ESCAPED = re.compile(r'[\x00-\x1f"\\]')
"""What JSON does not have as it is."""


def are_plain(groups: Iterable[Group]) -> bool:
    """Say whether JSON has all codes of *groups* as they are."""
    return not any(ESCAPED.search(each.applicants + each.measures) for each in groups)


def leaves_of(groups: Iterable[Group], taken: IntArray) -> list[bytes]:
    """Hash the submissions *taken*, ids from the least on, as `leaf_of` has the database hash each.

    *groups* have all of them, and maybe others; their codes are plain.
    """
    found, leaves = [np.zeros(0, np.int64)], list[bytes]()
    for group in groups:
        ids = np.frombuffer(group.ids, ">i8").astype(np.int64)
        digits = np.searchsorted(POWERS, ids, side="right")
        ours = np.isin(ids, taken, assume_unique=True)
        for length in np.flatnonzero(np.bincount(digits)).tolist():
            rows = np.flatnonzero(ours & (digits == length))
            found.append(ids[rows])
            same, varying = _pieces(group, ids, length)
            if len(rows) < len(ids):
                varying = [column[rows] for column in varying]
            leaves += _hashed(same, varying)
    return [leaves[at] for at in np.argsort(np.concatenate(found)).tolist()]


POWERS = 10 ** np.arange(19)
DIGITS = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)
"""Both hexadecimal digits of a byte."""


def _pieces(group: Group, ids: IntArray, length: int) -> tuple[list[bytes], list[_Bytes]]:
    """Return what is hashed of each of a group: what is the same, and between it what varies.

    Rows whose *ids* do not have *length* digits come out as something else.
    """
    count = len(ids)
    first, second, third, fourth, last = (each.encode() for each in group.template.split(BLANK))
    decimal = ids[:, np.newaxis] // POWERS[:length][::-1] % 10 + ord("0")
    number, quote = np.broadcast_to(_bytes(b"null", 1), (count, 4)), b""
    if group.numbers is not None:
        number, quote = DIGITS[_bytes(group.numbers, count)].view(np.uint8), b'"'
    varying = [
        _bytes(group.digests, count)[:, :SALT_LENGTH],
        _bytes(group.applicants.encode(), count),
        decimal.astype(np.uint8),
        _bytes(group.measures.encode(), count),
        number,
    ]
    same = [b"\x00", first + b'"', b'"' + second, third + b'"', b'"' + fourth + quote, quote + last]
    return same, varying


def _bytes(whole: bytes | bytearray, rows: int) -> _Bytes:
    return np.frombuffer(whole, np.uint8).reshape(rows, -1)


BLOCK = 512
"""So many rows are put together at once: they stay in the processor's cache."""


def _hashed(same: list[bytes], varying: list[_Bytes]) -> list[bytes]:
    """Hash all rows: each column of *varying* lies between two pieces of what is the *same*."""
    alike, places = bytearray(), list[int]()
    for piece, column in zip(same, varying, strict=False):
        alike += piece
        places.append(len(alike))
        alike += bytes(column.shape[1])
    alike += same[-1]
    block, width = np.tile(_bytes(alike, 1), (BLOCK, 1)), len(alike)
    leaves, count = list[bytes](), len(varying[0])
    for start in range(0, count, BLOCK):
        rows = min(BLOCK, count - start)
        for at, column in zip(places, varying, strict=True):
            block[:rows, at : at + column.shape[1]] = column[start : start + rows]
        data = block[:rows].tobytes()
        leaves += [sha256(data[at : at + width]).digest() for at in range(0, len(data), width)]
    return leaves
