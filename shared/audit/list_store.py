"""The audit trail as it is read: who did what, when, to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, column, func, select, table

from shared.audit.tables import AuditEventRow
from shared.database import Session


@dataclass(frozen=True, slots=True)
class Event:
    """What was done, by its number. *round* is the round's code, None where it was done in none.

    *actor* and *request_id* are empty where that is not known, or several requests were counted.
    """

    number: int
    recorded_at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    round: str | None
    request_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a list has; None: whichever.

    *action* is one, or ends in a dot and stands for all that begin so. *since* is within, *until*
    is not.
    """

    round: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


ROUND = table("round", column("id", BigInteger), column("code", Text))
"""Of a room above this one."""

QUERY = select(
    AuditEventRow.id,
    AuditEventRow.recorded_at,
    AuditEventRow.actor,
    AuditEventRow.action,
    AuditEventRow.subject,
    AuditEventRow.detail,
    ROUND.c.code,
    AuditEventRow.request_id,
).join_from(AuditEventRow, ROUND, ROUND.c.id == AuditEventRow.round, isouter=True)


async def page(session: Session, wanted: Wanted, before: int | None, limit: int) -> list[Event]:
    """Return at most *limit* events, the newest first, from behind number *before* on."""
    conditions = _conditions(wanted)
    if before is not None:
        conditions.append(AuditEventRow.id < before)
    query = QUERY.where(*conditions).order_by(AuditEventRow.id.desc()).limit(limit)
    return [Event(*row) for row in await session.execute(query)]


async def following(
    session: Session, wanted: Wanted, between: tuple[int, int], limit: int
) -> list[Event]:
    """Return at most *limit* events, oldest first: *between* the number before them and the last.

    The last one is among them.
    """
    after, until = between
    conditions = [*_conditions(wanted), AuditEventRow.id > after, AuditEventRow.id <= until]
    query = QUERY.where(*conditions).order_by(AuditEventRow.id).limit(limit)
    return [Event(*row) for row in await session.execute(query)]


async def newest(session: Session) -> int:
    """Return the greatest number of an event; 0: there is none."""
    return (await session.scalars(select(func.coalesce(func.max(AuditEventRow.id), 0)))).one()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.round is not None:
        round_id = select(ROUND.c.id).where(ROUND.c.code == wanted.round).scalar_subquery()
        found.append(AuditEventRow.round == round_id)
    if wanted.actor is not None:
        found.append(AuditEventRow.actor == wanted.actor)
    if wanted.action is not None:
        found.append(_of_action(wanted.action))
    if wanted.since is not None:
        found.append(AuditEventRow.recorded_at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEventRow.recorded_at < wanted.until)
    return found


def _of_action(action: str) -> ColumnElement[bool]:
    if action.endswith("."):
        return func.starts_with(AuditEventRow.action, action)
    return AuditEventRow.action == action
