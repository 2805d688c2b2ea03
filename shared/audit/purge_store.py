"""The end of old audit events: of those alone that no log of a round seals."""

from datetime import datetime

from sqlalchemy import text

from shared.audit import store as audit
from shared.audit.request_store import PASSING
from shared.core.errors import Invalid
from shared.core.principal import Actor
from shared.database import Session

PURGED = "audit.purged"
RESTORED = "database.restored"
GUARD = "ALTER TABLE audit_event {} TRIGGER append_only"


async def purge(session: Session, actor: Actor, before: datetime) -> int:
    """Delete what was recorded *before* and no log seals; return how many events there were.

    Those are events without a round, refused requests and reads; purges and restores stay for
    ever. A purge is itself an event. Only the owner of the tables may; whoever records an event
    meanwhile waits. Raises: Invalid, where *before* is not six months ago.
    """
    limit = text("SELECT date_trunc('day', clock_timestamp() - interval '6 months', 'UTC')")
    youngest: datetime = (await session.scalars(limit)).one()
    if before > youngest:
        raise Invalid(f"events are kept for six months: name {youngest:%Y-%m-%d} or a day before")
    await session.execute(text(GUARD.format("DISABLE")))
    found = await session.execute(
        text("""
            WITH gone AS (
                DELETE FROM audit_event
                WHERE recorded_at < :before
                    AND (round IS NULL OR action = ANY (CAST(:passing AS text[])))
                    AND action <> ALL (CAST(:kept AS text[]))
                    AND NOT EXISTS (SELECT FROM log_event WHERE event = audit_event.id)
                RETURNING action
            )
            SELECT action, count(*) FROM gone GROUP BY action ORDER BY action
        """),
        {"before": before, "passing": list(PASSING), "kept": [PURGED, RESTORED]},
    )
    counts = {row[0]: row[1] for row in found}
    await session.execute(text(GUARD.format("ENABLE ALWAYS")))
    detail = {"before": before.isoformat(), "events": counts}
    await audit.record(session, actor, PURGED, "audit trail", detail)
    return sum(counts.values())
