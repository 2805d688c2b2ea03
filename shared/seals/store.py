"""The logs of rounds: what is yet to be sealed, what was, and what is signed of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from asyncpg import UniqueViolationError
from sqlalchemy import text

from pilotzone_verify.trees import EMPTY
from shared.database import Driver, SchemaUnknown, Session
from shared.database.database import driver_of
from shared.database.locks import Lock, parts
from shared.seals.records import MOMENT


@dataclass(frozen=True, slots=True)
class Head:
    """Where a round's log stands: its last entry's *leaf*, and the last *run* that it seals.

    *size* counts entries; 0 before the first. *now* is a moment after the last entry's, or the last
    one's of the log before. The *secret* makes the salts of leaves.
    """

    epoch: int
    size: int
    leaf: bytes
    origin: str | None
    run: int
    now: datetime
    secret: bytes = field(repr=False)


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


async def keeps_logs(session: Session) -> bool:
    """Say whether the schema has logs: one before step 0020 has none."""
    found: bool = (await session.scalars(text("SELECT to_regclass('log_entry') IS NOT NULL"))).one()
    return found


class Kept(NamedTuple):
    """What a schema has: *logs* from step 0020 on, and what is set *aside* in them from 0025 on."""

    logs: bool
    aside: bool


async def kept(driver: Driver) -> Kept:
    """Return what the schema has."""
    query = (
        "SELECT to_regclass('log_entry') IS NOT NULL, to_regclass('log_entry_aside') IS NOT NULL"
    )
    return Kept(*await driver.fetchrow(query))


async def require_logs(session: Session) -> None:
    """Refuse a schema that has no logs. Raises: SchemaUnknown."""
    if not await keeps_logs(session):
        raise SchemaUnknown("logs need step 0020: run `pilotzone migrate`")


async def try_hold(session: Session, round_id: int) -> bool:
    """Take the round's log to append to it, until the transaction ends; say whether we could."""
    query = text("SELECT pg_try_advisory_xact_lock(:lock, :key)")
    held: bool = (await session.scalars(query, parts(Lock.LOG, round_id))).one()
    return held


async def wait_until_settled(session: Session, round_id: int) -> None:
    """Wait for who is appending to the round's log: what is sealed until now is then seen."""
    query = text("SELECT pg_advisory_xact_lock_shared(:lock, :key)")
    await session.execute(query, parts(Lock.LOG, round_id))


HEAD = """
    WITH era AS (
        SELECT coalesce(CAST($2 AS bigint), max(number)) AS epoch FROM log_epoch
    )
    SELECT era.epoch, coalesce(last.position + 1, 0) AS size, last.leaf,
        last.body::json ->> 'origin' AS origin,
        (SELECT coalesce(max(run), 0) FROM log_entry
            WHERE round = $1 AND epoch = era.epoch AND run IS NOT NULL) AS run,
        greatest(clock_timestamp(), (
            SELECT sealed_at + interval '1 microsecond' FROM log_entry
            WHERE round = $1 AND epoch <= era.epoch
            ORDER BY epoch DESC, position DESC LIMIT 1
        )) AS now,
        log_secret.secret
    FROM era CROSS JOIN log_secret LEFT JOIN LATERAL (
        SELECT * FROM log_entry WHERE round = $1 AND epoch = era.epoch
        ORDER BY position DESC LIMIT 1
    ) AS last ON true
"""


async def head(session: Session, round_id: int, epoch: int | None = None) -> Head:
    """Return where the round's log stands in this *epoch*, by default the newest.

    Raises: LookupError, where the database has lost its secret.
    """
    driver = await driver_of(session)
    row = await driver.fetchrow(HEAD, round_id, epoch)
    if row is None:
        raise LookupError("the database has no secret to make salts of")
    epoch, size, leaf, *rest = row
    return Head(epoch, size, EMPTY if leaf is None else leaf, *rest)


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


APPEND = """
    INSERT INTO log_entry (round, epoch, position, type, run, body, leaf, sealed_at)
    SELECT $1, $2, $3 + place - 1, type, run, body, leaf, sealed_at
    FROM unnest(CAST($4 AS text[]), CAST($5 AS bigint[]), CAST($6 AS text[]),
        CAST($7 AS bytea[]), CAST($8 AS timestamptz[])) WITH ORDINALITY
        AS entry (type, run, body, leaf, sealed_at, place)
"""


async def append(
    driver: Driver,
    round_id: int,
    head: Head,
    entries: Sequence[NewEntry],
    moments: Sequence[datetime],
) -> None:
    """Append *entries* behind the *head*."""
    columns = (
        [each.type for each in entries],
        [each.run for each in entries],
        [each.body for each in entries],
        [each.leaf for each in entries],
        list(moments),
    )
    await driver.execute(APPEND, round_id, head.epoch, head.size, *columns)


# The lock is taken before the moment is, which an entry's may not be behind: `wait_until_settled`.
# What others appended meanwhile stands in the way by its position.
APPEND_NEXT = f"""
    WITH lock AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock($9, $10) AS held
    ), last AS MATERIALIZED (
        SELECT epoch, position, leaf, sealed_at FROM log_entry
        WHERE round = $1 AND epoch = (SELECT max(number) FROM log_epoch)
        ORDER BY position DESC LIMIT 1
    ), moment AS MATERIALIZED (
        SELECT greatest(clock_timestamp(), sealed_at + interval '1 microsecond') AS now
        FROM lock CROSS JOIN last WHERE held AND (epoch, position, leaf) = ($2, $3 - 1, $4)
    ), entry AS MATERIALIZED (
        SELECT now, $7 || {MOMENT.format("now")} || $8 AS body FROM moment
    )
    INSERT INTO log_entry (round, epoch, position, type, run, body, leaf, sealed_at)
    SELECT $1, $2, $3, $5, $6, body, sha256('\\x00'::bytea || convert_to(body, 'UTF8')), now
    FROM entry RETURNING leaf, sealed_at + interval '1 microsecond'
"""  # noqa: S608 -- constants alone


async def append_next(
    driver: Driver, round_id: int, head: Head, kind: str, run: int, around: tuple[str, str]
) -> Head | None:
    """Append an entry that seals a *run* behind the *head*, and return where the log stands then.

    It is a transaction of its own. The moment is written between the two texts *around* it. None,
    and nothing is appended, where the log stands elsewhere or others are appending to it.
    """
    lock = parts(Lock.LOG, round_id).values()
    place = round_id, head.epoch, head.size, head.leaf
    try:
        row = await driver.fetchrow(APPEND_NEXT, *place, kind, run, *around, *lock)
    except UniqueViolationError:
        return None
    if row is None:
        return None
    return replace(head, size=head.size + 1, leaf=row[0], run=run, now=row[1])


async def note_sealed(
    session: Session, round_id: int, epoch: int, position: int, events: Sequence[int]
) -> None:
    """Remember that the entry at *position* seals the audit events of these ids."""
    query = text("""
        INSERT INTO log_event (round, epoch, event, position)
        SELECT :round, :epoch, id, :position FROM unnest(CAST(:ids AS bigint[])) AS sealed (id)
    """)
    where = {"round": round_id, "epoch": epoch, "position": position}
    await session.execute(query, where | {"ids": list(events)})
