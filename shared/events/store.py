"""Events of rounds: appended in the transaction of what happened, read by position."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text

from shared.database import Session

Kind = Literal["round", "operation"]


@dataclass(frozen=True, slots=True)
class RoundEvent:
    """An event by its position; *detail* says what happened."""

    position: int
    detail: dict[str, Any]
    recorded_at: datetime


async def append(session: Session, round_id: int, kind: Kind, detail: dict[str, Any]) -> None:
    """Append an event in the transaction of what happened, as the last thing that it locks.

    It is told on commit. A schema before step 0016 keeps none.
    """
    kept = text("SELECT to_regclass('round_event') IS NOT NULL")
    if (await session.scalars(kept)).one():
        appended = text("SELECT append_round_event(:round, :kind, CAST(:detail AS json))")
        said = json.dumps(detail, ensure_ascii=False)
        await session.execute(appended, {"round": round_id, "kind": kind, "detail": said})


async def after(
    session: Session, round_id: int, kind: Kind, after: int, until: int
) -> list[RoundEvent]:
    """Return the events of a *kind* behind position *after* and up to *until*, in their order."""
    query = text("""
        SELECT position, detail, recorded_at FROM round_event
        WHERE round = :round AND kind = :kind AND position > :after AND position <= :until
        ORDER BY position
    """)
    parameters = {"round": round_id, "kind": kind, "after": after, "until": until}
    return [RoundEvent(*row) for row in await session.execute(query, parameters)]
