"""The end of old audit events: of those alone that no log of a round seals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from shared.audit.request_store import PASSING
from shared.database import Session

PURGED = "audit.purged"
RESTORED = "database.restored"
GUARD = "ALTER TABLE audit_event {} TRIGGER append_only"
KEPT_FOR = "6 months"


@dataclass(frozen=True, slots=True)
class Slice:
    """Events that end, of all *until* a number."""

    until: int
    events: list[int]


async def youngest(session: Session, now: datetime) -> datetime:
    """Return the day before which events may end: six months back.

    Not from the database's clock alone, which may have been set forward, but from the earliest of
    that, of *now* by another clock, and of the last event that is no purge.
    """
    query = text(f"""
        SELECT date_trunc('day', least(clock_timestamp(), :now, (
            SELECT recorded_at FROM audit_event WHERE action <> :purged ORDER BY id DESC LIMIT 1
        )) - interval '{KEPT_FOR}', 'UTC')
    """)  # noqa: S608 -- a constant
    found: datetime = (await session.scalars(query, {"now": now, "purged": PURGED})).one()
    return found


async def following(session: Session, before: datetime, after: int, limit: int) -> Slice | None:
    """Return which of the next *limit* events behind the number *after* end; None: there are none.

    Those of *before* without a round, refused requests and reads; purges and restores never.
    """
    query = text("""
        SELECT max(id), coalesce(array_agg(id) FILTER (
            WHERE recorded_at < :before
                AND (round IS NULL OR action = ANY (CAST(:passing AS text[])))
                AND action <> ALL (CAST(:kept AS text[]))
                AND NOT EXISTS (SELECT FROM log_event WHERE event = looked.id)
        ), '{}')
        FROM (SELECT * FROM audit_event WHERE id > :after ORDER BY id LIMIT :limit) AS looked
    """)
    kept = {"passing": list(PASSING), "kept": [PURGED, RESTORED]}
    where = {"before": before, "after": after, "limit": limit} | kept
    until, events = (await session.execute(query, where)).one()
    return None if until is None else Slice(until, list(events))


async def end(session: Session, events: Sequence[int]) -> dict[str, int]:
    """Delete *events* and return how many there were of which action.

    Only the owner of the table may. Whoever records an event waits until the transaction ends; so
    that nobody waits with us for who has recorded one and goes on, we give up soon.
    """
    await session.execute(text("SET LOCAL lock_timeout = '5s'"))
    await session.execute(text(GUARD.format("DISABLE")))
    query = text("""
        WITH gone AS (
            DELETE FROM audit_event WHERE id = ANY (CAST(:events AS bigint[])) RETURNING action
        )
        SELECT action, count(*) FROM gone GROUP BY action ORDER BY action
    """)
    counts = {row[0]: row[1] for row in await session.execute(query, {"events": list(events)})}
    await session.execute(text(GUARD.format("ENABLE ALWAYS")))
    return counts
