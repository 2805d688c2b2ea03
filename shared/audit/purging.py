"""Taking old audit events away, some at a time, so that nobody who records one waits for long."""

from datetime import datetime

from shared.audit import purge_store as stored
from shared.audit import store as audit
from shared.core.errors import Invalid
from shared.core.principal import Actor
from shared.database import Database

AT_ONCE = 5_000
"""Events that are looked at, and end, in one transaction: some tens of milliseconds."""


async def purge(database: Database, actor: Actor, before: datetime, now: datetime) -> int:
    """End the events of *before* that no log seals; return how many there were.

    Each transaction that ends some is itself an event. One that fails leaves what was ended before
    it ended: the same again goes on. *now* is by another clock than the database's. Raises:
    Invalid, where *before* is not six months ago.
    """
    async with database.session() as session:
        youngest = await stored.youngest(session, now)
    if before > youngest:
        raise Invalid(
            f"events are kept for six months, up to the last one: name {youngest:%Y-%m-%d} or a day"
            " before"
        )
    ended, after = 0, 0
    while True:
        async with database.session() as session:
            found = await stored.following(session, before, after, AT_ONCE)
            if found is None:
                return ended
            after = found.until
            if found.events:
                counts = await stored.end(session, found.events)
                ended += sum(counts.values())
                detail = {"before": before.isoformat(), "events": counts}
                await audit.record(session, actor, stored.PURGED, "audit trail", detail)
