"""Entries: who takes part in a round."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from shared.database import Session
from shared.rounds.tables import EntryRow


@dataclass(frozen=True, slots=True)
class Entry:
    """An applicant's part in a round; *state* is accepted or withdrawn."""

    applicant: str
    kind: str
    state: str
    changed_at: datetime


COLUMNS = (EntryRow.applicant, EntryRow.kind, EntryRow.state, EntryRow.changed_at)


async def put(
    session: Session, round_id: int, applicant: str, kind: str, state: str
) -> tuple[Entry, bool]:
    """Bring the entry into *state*; return it, and whether that changed anything."""
    same = (EntryRow.round == round_id) & (EntryRow.applicant == applicant)
    upsert = insert(EntryRow).values(round=round_id, applicant=applicant, kind=kind, state=state)
    changed = (
        await session.execute(
            upsert.on_conflict_do_update(
                index_elements=["round", "applicant"],
                set_={"state": state, "changed_at": func.now()},
                where=EntryRow.state != state,
            ).returning(*COLUMNS)
        )
    ).first()
    if changed is not None:
        return Entry(*changed), True
    return Entry(*(await session.execute(select(*COLUMNS).where(same))).one()), False


async def page(
    session: Session,
    round_id: int,
    after: str | None,
    limit: int,
    among: Collection[str] | None = None,
) -> list[Entry]:
    """Return at most *limit* entries in order of applicant, from behind *after* on.

    *among*: of these applicants alone; None: of all.
    """
    query = (
        select(*COLUMNS).where(EntryRow.round == round_id).order_by(EntryRow.applicant).limit(limit)
    )
    if among is not None:
        query = query.where(EntryRow.applicant == func.any(list(among)))
    if after is not None:
        query = query.where(EntryRow.applicant > after)
    return [Entry(*row) for row in await session.execute(query)]


async def some(session: Session, round_id: int, codes: Sequence[str]) -> dict[str, Entry]:
    """Return those of *codes* that take part in the round, or once did, by applicant."""
    query = select(*COLUMNS).where(
        EntryRow.round == round_id, EntryRow.applicant == func.any(list(codes))
    )
    return {row[0]: Entry(*row) for row in await session.execute(query)}


async def exists(session: Session, round_id: int, applicant: str) -> bool:
    """Say whether the applicant takes part in the round, or once did."""
    query = text(
        "SELECT EXISTS (SELECT FROM entry WHERE round = :round AND applicant = :applicant)"
    )
    found: bool = (await session.scalars(query, {"round": round_id, "applicant": applicant})).one()
    return found


async def cohort(session: Session, round_id: int) -> tuple[list[str], list[str]]:
    """Return applicants and kinds of the accepted entries, in order of applicant."""
    query = text("""
        SELECT array_agg(applicant ORDER BY applicant), array_agg(kind ORDER BY applicant)
        FROM entry WHERE round = :round AND state = 'accepted'
    """)
    applicants, kinds = (await session.execute(query, {"round": round_id})).one()
    return applicants or [], kinds or []
