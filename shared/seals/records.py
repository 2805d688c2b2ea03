"""What is hashed, written by PostgreSQL as `pilotzone_verify.leaves` says: RFC 8785, salted."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pilotzone_verify.leaves import SALT_LENGTH

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


def leaf_of(salt: str, record: str) -> str:
    """Return SQL for the hash of a *record* behind its *salt*."""
    return f"sha256('\\x00'::bytea || {salt} || convert_to({record}, 'UTF8'))"


def salt_of_place(secret: bytes, round_id: int, applicant: str) -> bytes:
    """Return the salt of an applicant's places in the rankings of a round."""
    return sha256(secret + b"place" + round_id.to_bytes(8, "big") + applicant.encode()).digest()[
        :SALT_LENGTH
    ]


Group: TypeAlias = tuple[str, Sequence[int], bytes]
"""Submissions of one *template*: that, the widths of what varies, and a row each, of bytes: the id
(eight), the salt, and what varies."""


def leaves_of(groups: Iterable[Group]) -> list[bytes]:
    """Hash the submissions of *groups*, by id, as `leaf_of` has the database hash each.

    Rows of a group are of one length, and are put together as columns of bytes.
    """
    ids, leaves = [np.zeros(0, np.int64)], list[bytes]()
    for template, widths, raw in groups:
        rows = np.frombuffer(raw, np.uint8).reshape(-1, 8 + SALT_LENGTH + sum(widths))
        ids.append(rows[:, :8].copy().view(">i8").ravel())
        leaves += _hashed(template, widths, rows[:, 8:])
    return [leaves[at] for at in np.argsort(np.concatenate(ids)).tolist()]


def _hashed(template: str, widths: Sequence[int], rows: NDArray[np.uint8]) -> list[bytes]:
    first, *pieces = (np.frombuffer(each.encode(), np.uint8) for each in template.split(BLANK))
    salts, *varying = np.split(rows, np.cumsum([SALT_LENGTH, *widths[:-1]]), axis=1)
    columns = [np.zeros(1, np.uint8), salts, first]
    for column, piece in zip(varying, pieces, strict=True):
        columns += [column, piece]
    broad = [np.broadcast_to(each, (len(rows), each.shape[-1])) for each in columns]
    whole = np.concatenate(broad, axis=1)
    data, width = whole.tobytes(), whole.shape[1]
    return [sha256(data[at : at + width]).digest() for at in range(0, len(data), width)]
