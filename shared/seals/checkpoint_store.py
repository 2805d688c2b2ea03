"""Checkpoints of logs, and the keys by which they were signed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from shared.core.errors import NotFound
from shared.database import Driver, Session
from shared.seals.store import require_logs


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A round's log of which the last entries are not signed."""

    round_id: int
    epoch: int
    size: int
    origin: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it was published, with the witnesses' signatures below it."""

    epoch: int
    size: int
    note: str
    signed_at: datetime


DUE = """
    WITH era AS (SELECT max(number) AS epoch FROM log_epoch)
    SELECT round.id, era.epoch, log.position + 1, log.body::json ->> 'origin'
    FROM era CROSS JOIN round
    CROSS JOIN LATERAL (
        SELECT position, body FROM log_entry WHERE round = round.id AND epoch = era.epoch
        ORDER BY position DESC LIMIT 1
    ) AS log
    LEFT JOIN LATERAL (
        SELECT size, signed_at FROM log_checkpoint
        WHERE round = round.id AND epoch = era.epoch ORDER BY size DESC LIMIT 1
    ) AS last ON true
    LEFT JOIN log_entry AS unsigned ON unsigned.round = round.id
        AND unsigned.epoch = era.epoch AND unsigned.position = last.size
    CROSS JOIN LATERAL (
        SELECT floor(extract(epoch FROM clock_timestamp()) / cadence) AS now,
            floor(extract(epoch FROM unsigned.sealed_at) / cadence) AS grew,
            floor(extract(epoch FROM last.signed_at) / cadence) AS signed
        FROM (SELECT CAST($1 AS double precision) AS cadence) AS given
    ) AS tick
    WHERE last.size IS NULL OR (unsigned.position IS NOT NULL
        AND (round.id = ANY (CAST($2 AS bigint[]))
            OR CASE WHEN tick.now < tick.grew THEN tick.now <> tick.signed
                ELSE tick.now > tick.grew END))
"""


async def due(driver: Driver, cadence: timedelta, urgent: Collection[int]) -> list[Unsigned]:
    """Return the logs that grew before the last tick of a clock that ticks each *cadence*.

    Ticks are counted from 1970 on: when a checkpoint is signed says nothing of when its log grew.
    Of the rounds that are *urgent*, and of logs that have no checkpoint yet, all that grew. Where
    the clock stands ticks behind what grew, as it was set back, there is one checkpoint each tick.
    """
    found = await driver.fetch(DUE, cadence.total_seconds(), list(urgent))
    return [Unsigned(*row) for row in found]


async def leaves(session: Session, round_id: int, epoch: int, size: int) -> list[bytes]:
    """Return the leaves of the log's first *size* entries."""
    query = text("""
        SELECT leaf FROM log_entry
        WHERE round = :round AND epoch = :epoch AND position < :size ORDER BY position
    """)
    parameters = {"round": round_id, "epoch": epoch, "size": size}
    return [bytes(leaf) for leaf in await session.scalars(query, parameters)]


async def add(session: Session, round_id: int, epoch: int, size: int, note: str) -> None:
    """Keep a checkpoint, unless one of this size is kept already."""
    query = text("""
        INSERT INTO log_checkpoint (round, epoch, size, note) VALUES (:round, :epoch, :size, :note)
        ON CONFLICT DO NOTHING
    """)
    parameters = {"round": round_id, "epoch": epoch, "size": size, "note": note}
    await session.execute(query, parameters)


async def note_keys(session: Session, keys: Sequence[str]) -> None:
    """Remember the public *keys* by which something is signed."""
    query = text("""
        INSERT INTO log_key (key) SELECT * FROM unnest(CAST(:keys AS text[]))
        ON CONFLICT DO NOTHING
    """)
    await session.execute(query, {"keys": list(keys)})


async def keys(session: Session) -> list[str]:
    """Return all public keys by which something was signed, the first used first."""
    query = text("SELECT key FROM log_key ORDER BY first_used_at, key")
    return list((await session.scalars(query)).all())


SIGNED = """
    SELECT epoch, size, note || coalesce((
        SELECT string_agg(line, '' ORDER BY witness) FROM log_cosignature AS witnessed
        WHERE witnessed.round = checkpoint.round AND witnessed.epoch = checkpoint.epoch
            AND witnessed.size = checkpoint.size
    ), '') AS whole, signed_at
    FROM log_checkpoint AS checkpoint WHERE round = :round
"""


async def add_cosignature(
    session: Session, round_id: int, signed: Signed, witness: str, line: str
) -> bool:
    """Keep a *witness*'s signature *line* below a checkpoint; say whether it was not kept yet."""
    query = text("""
        INSERT INTO log_cosignature (round, epoch, size, witness, line)
        VALUES (:round, :epoch, :size, :witness, :line) ON CONFLICT DO NOTHING RETURNING size
    """)
    where = {"round": round_id, "epoch": signed.epoch, "size": signed.size}
    added = await session.execute(query, where | {"witness": witness, "line": line})
    return added.first() is not None


async def page(
    session: Session, round_id: int, before: tuple[int, int], limit: int
) -> list[Signed]:
    """Return at most *limit* checkpoints, the newest first, those *before* an epoch and size.

    Raises: SchemaUnknown.
    """
    await require_logs(session)
    query = text(f"""
        {SIGNED} AND (epoch, size) < (:epoch, :size) ORDER BY epoch DESC, size DESC LIMIT :limit
    """)
    epoch, size = before
    parameters = {"round": round_id, "epoch": epoch, "size": size, "limit": limit}
    return [Signed(*row) for row in await session.execute(query, parameters)]


NEWEST = (2**62, 2**62)


async def latest(session: Session, round_id: int, epoch: int | None = None) -> Signed:
    """Return the newest checkpoint, or the last one of *epoch*. Raises: NotFound, SchemaUnknown."""
    found = await page(session, round_id, NEWEST if epoch is None else (epoch, 2**62), 1)
    if not found:
        raise NotFound("nothing of the round is signed yet")
    if epoch is not None and found[0].epoch != epoch:
        raise NotFound(f"nothing of the round is signed in epoch {epoch}")
    return found[0]


async def of_size(session: Session, round_id: int, size: int, epoch: int | None = None) -> Signed:
    """Return the checkpoint of this *size* in *epoch*, by default the newest that has one.

    Raises: NotFound, SchemaUnknown.
    """
    await require_logs(session)
    query = text(f"""
        {SIGNED} AND size = :size AND epoch = coalesce(CAST(:epoch AS bigint), epoch)
        ORDER BY epoch DESC LIMIT 1
    """)
    parameters = {"round": round_id, "size": size, "epoch": epoch}
    row = (await session.execute(query, parameters)).first()
    if row is None:
        where = "" if epoch is None else f" in epoch {epoch}"
        raise NotFound(f"there is no checkpoint of size {size}{where}")
    return Signed(*row)
