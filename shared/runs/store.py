"""Runs: numbered without a gap, with what they took from the cohort."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text

from shared.core.errors import NotFound
from shared.database import Session
from shared.runs.tables import RunParametersRow, RunRow


@dataclass(frozen=True, slots=True)
class NewRun:
    """One recomputation: what it took in, what it wrote, and how long it took, in milliseconds."""

    number: int
    worker: str
    request_ids: tuple[str, ...]
    submissions: int
    other_changes: int
    cohort: int
    scores_written: int
    read_ms: float
    compute_ms: float
    write_ms: float
    started_at: datetime


@dataclass(frozen=True, slots=True)
class StoredRun(NewRun):
    """A run as recorded."""

    recorded_at: datetime


COLUMNS = (
    RunRow.number,
    RunRow.worker,
    RunRow.request_ids,
    RunRow.submissions,
    RunRow.other_changes,
    RunRow.cohort,
    RunRow.scores_written,
    RunRow.read_ms,
    RunRow.compute_ms,
    RunRow.write_ms,
    RunRow.started_at,
    RunRow.recorded_at,
)


def _stored(row: Sequence[Any]) -> StoredRun:
    number, worker, request_ids, *rest = row
    return StoredRun(number, worker, tuple(request_ids), *rest)


async def latest(session: Session, round_id: int) -> tuple[int, datetime | None]:
    """Return number and beginning of the round's last run; (0, None) before the first."""
    query = (
        select(RunRow.number, RunRow.started_at)
        .where(RunRow.round == round_id)
        .order_by(RunRow.number.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return (0, None) if row is None else (row[0], row[1])


async def add(
    session: Session, round_id: int, run: NewRun, changes_until: int, parameters: dict[str, Any]
) -> None:
    """Record *run* and the cohort's parameters, and tell whoever waits for it on commit.

    *changes_until* is the run's high-water mark, which a schema before 0007 cannot keep.
    """
    kept = insert(RunParametersRow).inline()
    kept = kept.values(round=round_id, run=run.number, parameters=parameters)
    values = {name: getattr(run, name) for name in NewRun.__dataclass_fields__}
    values["request_ids"] = list(run.request_ids)
    if await _keeps_marks(session):
        values["changes_until"] = changes_until
    added = insert(RunRow).values(round=round_id, **values).inline()
    await session.execute(added.add_cte(kept.cte("kept")))
    await session.execute(text("SELECT pg_notify('run', :round)"), {"round": str(round_id)})


async def _keeps_marks(session: Session) -> bool:
    query = text("""
        SELECT EXISTS (
            SELECT FROM pg_attribute
            WHERE attrelid = CAST('run' AS regclass) AND attname = 'changes_until'
        )
    """)
    found: bool = (await session.scalars(query)).one()
    return found


async def get(session: Session, round_id: int, number: int) -> StoredRun:
    """Return the round's run of this number. Raises: NotFound."""
    row = (
        await session.execute(
            select(*COLUMNS).where(RunRow.round == round_id, RunRow.number == number)
        )
    ).first()
    if row is None:
        raise NotFound(f"the round has no run {number}")
    return _stored(row)


async def page(session: Session, round_id: int, before: int | None, limit: int) -> list[StoredRun]:
    """Return at most *limit* runs, newest first, those below *before*."""
    query = (
        select(*COLUMNS).where(RunRow.round == round_id).order_by(RunRow.number.desc()).limit(limit)
    )
    if before is not None:
        query = query.where(RunRow.number < before)
    return [_stored(row) for row in await session.execute(query)]
