"""Conflicts of interest: experts' ties to applicants, by round."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from shared.access.tables import ReporterRow
from shared.conflicts.tables import ConflictRow
from shared.core.errors import NotFound
from shared.database import Session
from shared.scoring.framework import ReporterKind


@dataclass(frozen=True, slots=True)
class Tie:
    """An expert's tie to an applicant; *state* is declared or lifted."""

    reporter: int
    expert: str
    applicant: str
    state: str
    reason: str
    changed_at: datetime


QUERY = select(
    ConflictRow.reporter,
    ReporterRow.name,
    ConflictRow.applicant,
    ConflictRow.state,
    ConflictRow.reason,
    ConflictRow.changed_at,
).join(ReporterRow, ReporterRow.id == ConflictRow.reporter)


async def expert(session: Session, name: str) -> int:
    """Return the id of the expert of this name. Raises: NotFound."""
    query = select(ReporterRow.id).where(
        ReporterRow.name == name, ReporterRow.role == ReporterKind.EXPERT
    )
    found = (await session.scalars(query)).first()
    if found is None:
        raise NotFound("no expert of this name is registered")
    return found


async def get(session: Session, round_id: int, reporter: int, applicant: str) -> Tie | None:
    """Return the tie between the two, None if neither ever said anything of it."""
    query = QUERY.where(
        ConflictRow.round == round_id,
        ConflictRow.reporter == reporter,
        ConflictRow.applicant == applicant,
    )
    row = (await session.execute(query)).first()
    return None if row is None else Tie(*row)


async def put(
    session: Session, round_id: int, reporter: int, applicant: str, state: str, reason: str
) -> datetime:
    """Bring the tie into *state*, for *reason*; return when.

    The caller holds the round alone.
    """
    upsert = insert(ConflictRow).values(
        round=round_id, reporter=reporter, applicant=applicant, state=state, reason=reason
    )
    changed_at = await session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["round", "reporter", "applicant"],
            set_={"state": state, "reason": reason, "changed_at": func.now()},
        ).returning(ConflictRow.changed_at)
    )
    return changed_at.one()


async def page(
    session: Session, round_id: int, after: tuple[int, str] | None, limit: int
) -> list[Tie]:
    """Return at most *limit* ties by expert and applicant, from behind *after* on."""
    key = ConflictRow.reporter, ConflictRow.applicant
    query = QUERY.where(ConflictRow.round == round_id).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    return [Tie(*row) for row in await session.execute(query)]


async def of_expert(session: Session, round_id: int, reporter: int) -> set[str]:
    """Return the applicants to whom the expert has declared a tie that was not lifted."""
    query = select(ConflictRow.applicant).where(
        ConflictRow.round == round_id,
        ConflictRow.reporter == reporter,
        ConflictRow.state == "declared",
    )
    return set(await session.scalars(query))
