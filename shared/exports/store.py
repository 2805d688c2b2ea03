"""Where an export of what was reported ends."""

from sqlalchemy import text

from shared.database import Session
from shared.submissions.list_store import KEEPS_ASIDE

LAST = "SELECT id FROM {table} WHERE round = :round ORDER BY id DESC LIMIT 1"


async def last_submission(session: Session, round_id: int) -> int:
    """Return the greatest id of the round's submissions, set aside or not; 0: it has none.

    Writers of a round take turns, so that nothing with a lower id appears later.
    """
    tables = ["submission"]
    if (await session.scalars(KEEPS_ASIDE)).one():
        tables.append("submission_aside")
    each = ", ".join(f"({LAST.format(table=table)})" for table in tables)
    query = text(f"SELECT coalesce(greatest({each}), 0)")
    found: int = (await session.scalars(query, {"round": round_id})).one()
    return found
