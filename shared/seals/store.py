"""The logs of rounds: what is yet to be sealed, what was, and what is signed of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from pilotzone_verify.trees import EMPTY
from shared.audit.request_store import PASSING
from shared.database import SchemaUnknown, Session
from shared.database.locks import Lock, parts
from shared.runs.holding import holding
from shared.seals import records


@dataclass(frozen=True, slots=True)
class Head:
    """Where a round's log stands: its last entry's *leaf*, and the last *run* that it seals.

    *size* counts entries; 0 before the first. *now* is a moment after the last entry's, or the last
    one's of the log before.
    """

    epoch: int
    size: int
    leaf: bytes
    origin: str | None
    run: int
    now: datetime


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be appended, as it is hashed."""

    type: str
    body: str
    leaf: bytes
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """What a log says of its round when it begins; *framework* is its SHA-256."""

    code: str
    reference_date: str
    framework: str


@dataclass(frozen=True, slots=True)
class Run:
    """What is sealed of a run besides its ranking and inputs; *framework* is its SHA-256."""

    number: int
    framework: str
    framework_id: int
    parameters: Any
    submissions: int
    other_changes: int


@dataclass(frozen=True, slots=True)
class Event:
    """An audit event to be sealed."""

    id: int
    action: str
    leaf: bytes


async def keeps_logs(session: Session) -> bool:
    """Say whether the schema has logs: one before step 0020 has none."""
    found: bool = (await session.scalars(text("SELECT to_regclass('log_entry') IS NOT NULL"))).one()
    return found


async def require_logs(session: Session) -> None:
    """Refuse a schema that has no logs. Raises: SchemaUnknown."""
    if not await keeps_logs(session):
        raise SchemaUnknown("logs need step 0020: run `pilotzone migrate`")


async def unsealed_rounds(session: Session) -> dict[int, str]:
    """Return id and code of the rounds of which a run or an audit event is yet to be sealed."""
    query = text(f"""
        WITH era AS (SELECT max(number) AS epoch FROM log_epoch)
        SELECT round.id, round.code FROM round CROSS JOIN era
        CROSS JOIN LATERAL (
            SELECT coalesce(max(run), 0) AS sealed FROM log_entry
            WHERE round = round.id AND epoch = era.epoch AND run IS NOT NULL
        ) AS log
        WHERE EXISTS (SELECT FROM run WHERE round = round.id AND number > log.sealed)
            OR EXISTS ({_events("round.id", "era.epoch", "1")})
    """)  # noqa: S608 -- constants alone
    return {row[0]: row[1] for row in await session.execute(query)}


AMONG = 100_000
"""So many audit events before the last one that is sealed are looked through for late ones: a
transaction does not outlast that many others."""


def _events(round_id: str, epoch: str, columns: str) -> str:
    """Return SQL for the audit events of a round that are yet to be sealed; requests never are.

    They appear in another order than that of their ids, so each is looked for in the log.
    """
    sealed = f"FROM log_event WHERE round = {round_id} AND epoch = {epoch}"
    return f"""
        SELECT {columns} FROM audit_event AS event
        WHERE event.round = {round_id}
            AND event.action NOT IN {PASSING}
            AND event.id > coalesce((SELECT max(event) {sealed}), 0) - {AMONG}
            AND NOT EXISTS (SELECT {sealed} AND log_event.event = event.id)
    """  # noqa: S608 -- constants alone


async def try_hold(session: Session, round_id: int) -> bool:
    """Take the round's log to append to it, until the transaction ends; say whether we could."""
    query = text("SELECT pg_try_advisory_xact_lock(:lock, :key)")
    held: bool = (await session.scalars(query, parts(Lock.LOG, round_id))).one()
    return held


async def wait_until_settled(session: Session, round_id: int) -> None:
    """Wait for who is appending to the round's log: what is sealed until now is then seen."""
    query = text("SELECT pg_advisory_xact_lock_shared(:lock, :key)")
    await session.execute(query, parts(Lock.LOG, round_id))


async def head(session: Session, round_id: int, epoch: int | None = None) -> Head:
    """Return where the round's log stands in this *epoch*, by default the newest."""
    query = text("""
        WITH era AS (
            SELECT coalesce(CAST(:epoch AS bigint), max(number)) AS epoch FROM log_epoch
        )
        SELECT era.epoch, coalesce(last.position + 1, 0), last.leaf, last.body::json ->> 'origin',
            (SELECT coalesce(max(run), 0) FROM log_entry
                WHERE round = :round AND epoch = era.epoch AND run IS NOT NULL),
            greatest(clock_timestamp(), (
                SELECT sealed_at + interval '1 microsecond' FROM log_entry
                WHERE round = :round AND epoch <= era.epoch
                ORDER BY epoch DESC, position DESC LIMIT 1
            ))
        FROM era LEFT JOIN LATERAL (
            SELECT * FROM log_entry WHERE round = :round AND epoch = era.epoch
            ORDER BY position DESC LIMIT 1
        ) AS last ON true
    """)
    parameters = {"round": round_id, "epoch": epoch}
    found, size, leaf, origin, run, now = (await session.execute(query, parameters)).one()
    return Head(found, size, EMPTY if leaf is None else leaf, origin, run, now)


async def about(session: Session, round_id: int) -> Round:
    """Return what the round's log begins with."""
    query = text("""
        SELECT round.code, to_char(round.reference_date, 'YYYY-MM-DD'), framework.sha256
        FROM round JOIN framework ON framework.id = round.framework WHERE round.id = :round
    """)
    return Round(*(await session.execute(query, {"round": round_id})).one())


async def last_checkpoint(session: Session, round_id: int, epoch: int) -> str | None:
    """Return the last checkpoint that was signed in an epoch before *epoch*."""
    query = text("""
        SELECT note FROM log_checkpoint WHERE round = :round AND epoch < :epoch
        ORDER BY epoch DESC, size DESC LIMIT 1
    """)
    return (await session.scalars(query, {"round": round_id, "epoch": epoch})).first()


async def secret(session: Session) -> bytes:
    """Return what the salts are made of."""
    return bytes((await session.scalars(text("SELECT secret FROM log_secret"))).one())


async def unsealed_events(session: Session, round_id: int, epoch: int, key: bytes) -> list[Event]:
    """Return the audit events that are yet to be sealed, by id; *key* makes their salts."""
    salt = records.salt_of(":key", "event", ":round", "event.id")
    leaf = records.leaf_of(salt, records.EVENT)
    which = _events(":round", ":epoch", f"event.id, event.action, {leaf}")
    query = text(f"{which} ORDER BY event.id LIMIT 10000")
    parameters = {"round": round_id, "epoch": epoch, "key": key}
    return [Event(*row) for row in await session.execute(query, parameters)]


async def unsealed_runs(session: Session, round_id: int, after: int, limit: int) -> list[Run]:
    """Return at most *limit* runs that follow run *after*, in their order."""
    query = text("""
        SELECT run.number, framework.sha256, framework.id, run_parameters.parameters,
            run.submissions, run.other_changes
        FROM run JOIN run_parameters
            ON run_parameters.round = run.round AND run_parameters.run = run.number
        JOIN round ON round.id = run.round JOIN framework ON framework.id = round.framework
        WHERE run.round = :round AND run.number > :after ORDER BY run.number LIMIT :limit
    """)
    parameters = {"round": round_id, "after": after, "limit": limit}
    return [Run(*row) for row in await session.execute(query, parameters)]


async def input_leaves(session: Session, round_id: int, run: int, key: bytes) -> bytes:
    """Return the leaves of the submissions that *run* took in, by id, one behind the other.

    They lie side by side by id, and are read there; one by one they would be looked up and sorted.
    """
    salt = records.salt_of(":key", "submission", ":round", "said.id")
    leaf = records.leaf_of(salt, records.SUBMISSION)
    query = text(f"""
        WITH taken AS MATERIALIZED (
            SELECT unnest(submissions) AS id FROM run_input WHERE round = :round AND run = :run
        )
        SELECT coalesce(string_agg({leaf}, '' ORDER BY said.id), '')
        FROM (
            SELECT * FROM submission
            WHERE round = :round AND id >= (SELECT min(id) FROM taken)
                AND id <= (SELECT max(id) FROM taken) AND (id IN (TABLE taken)) IS TRUE
            OFFSET 0
        ) AS said
        JOIN reporter AS who ON who.id = said.reporter
    """)  # noqa: S608 -- constants alone
    parameters = {"round": round_id, "run": run, "key": key}
    leaves: bytes = (await session.scalars(query, parameters)).one()
    return leaves


async def cohort(session: Session, round_id: int, run: int) -> tuple[list[str], list[str]]:
    """Return applicants and kinds of those who have a score as of *run*, by code."""
    latest = holding(":round", "entry.applicant", ":run", "withdrawn")
    query = text(f"""
        SELECT entry.applicant, entry.kind FROM entry CROSS JOIN LATERAL ({latest}) AS latest
        WHERE entry.round = :round AND NOT latest.withdrawn ORDER BY entry.applicant
    """)  # noqa: S608 -- constants alone
    rows = (await session.execute(query, {"round": round_id, "run": run})).all()
    return [row[0] for row in rows], [row[1] for row in rows]


async def changed(session: Session, round_id: int, run: int) -> tuple[list[str], bool]:
    """Return whose scores *run* wrote, by code, and whether one of them ended with it."""
    query = text("""
        SELECT coalesce(array_agg(applicant ORDER BY applicant), '{}'),
            coalesce(bool_or(withdrawn), false)
        FROM score_version WHERE round = :round AND run = :run
    """)
    codes, ended = (await session.execute(query, {"round": round_id, "run": run})).one()
    return list(codes), ended


async def append(
    session: Session,
    round_id: int,
    head: Head,
    entries: Sequence[NewEntry],
    moments: Sequence[datetime],
) -> None:
    """Append *entries* behind the *head*."""
    query = text("""
        INSERT INTO log_entry (round, epoch, position, type, run, body, leaf, sealed_at)
        SELECT :round, :epoch, :size + place - 1, type, run, body, leaf, sealed_at
        FROM unnest(CAST(:types AS text[]), CAST(:runs AS bigint[]), CAST(:bodies AS text[]),
            CAST(:leaves AS bytea[]), CAST(:moments AS timestamptz[])) WITH ORDINALITY
            AS entry (type, run, body, leaf, sealed_at, place)
    """)
    columns = {
        "types": [each.type for each in entries],
        "runs": [each.run for each in entries],
        "bodies": [each.body for each in entries],
        "leaves": [each.leaf for each in entries],
        "moments": list(moments),
    }
    where = {"round": round_id, "epoch": head.epoch, "size": head.size}
    await session.execute(query, where | columns)


async def note_sealed(
    session: Session, round_id: int, epoch: int, position: int, events: Sequence[Event]
) -> None:
    """Remember that the entry at *position* seals these audit events."""
    query = text("""
        INSERT INTO log_event (round, epoch, event, position)
        SELECT :round, :epoch, id, :position FROM unnest(CAST(:ids AS bigint[])) AS sealed (id)
    """)
    where = {"round": round_id, "epoch": epoch, "position": position}
    await session.execute(query, where | {"ids": [each.id for each in events]})
