"""What is hashed, written by PostgreSQL as `pilotzone_verify.leaves` says: RFC 8785, salted."""

from hashlib import sha256

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


SUBMISSION = _members(
    applicant=_json("said.applicant"),
    as_of="to_json(to_char(said.as_of, 'YYYY-MM-DD'))::text",
    codes=_json("said.codes"),
    comment=_json("said.comment"),
    confirmed_by=_json("said.confirmed_by"),
    id="said.id::text",
    kind=_json("said.kind"),
    measure=_json("said.measure"),
    number="""coalesce('"' || encode(float8send(said.number), 'hex') || '"', 'null')""",
    obs_status=_json("said.obs_status"),
    recorded_at=MOMENT.format("said.recorded_at"),
    reference=_json("said.reference"),
    reported_at=f"coalesce({MOMENT.format('said.reported_at')}, 'null')",
    reporter="said.reporter::text",
    reporter_name=_json("who.name"),
    request_id=_json("said.request_id"),
    revision="said.revision::text",
    status=_json("said.status"),
)
"""Of a row `said` of submissions, by the reporter `who`."""

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
