"""Runs: numbered without a gap, with what they took from the cohort."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from shared.core.errors import NotFound
from shared.database import Session
from shared.database.database import driver_of
from shared.runs.tables import RunRow


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


class Last(NamedTuple):
    """Number and beginning of a round's last run, and whether runs keep high-water marks.

    (0, None) before the first; a schema before 0007 keeps no marks.
    """

    number: int
    started_at: datetime | None
    keeps_marks: bool


LAST = """
    SELECT coalesce(last.number, 0), last.started_at, EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = CAST('run' AS regclass) AND attname = 'changes_until'
    )
    FROM (SELECT) AS always LEFT JOIN LATERAL (
        SELECT number, started_at FROM run WHERE round = $1 ORDER BY number DESC LIMIT 1
    ) AS last ON true
"""


async def last(session: Session, round_id: int) -> Last:
    """Return what the next run follows: as `latest`, for who writes it."""
    return Last(*await (await driver_of(session)).fetchrow(LAST, round_id))


def _adding(*columns: str) -> str:
    places = ", ".join(f"${at}" for at in range(3, 3 + len(columns)))
    return f"""
        WITH kept AS (
            INSERT INTO run_parameters (round, run, parameters)
            VALUES ($1, $3, CAST(CAST($2 AS text) AS json))
        ), added AS (
            INSERT INTO run (round, {", ".join(columns)}) VALUES ($1, {places})
        )
        SELECT pg_notify('run', CAST($1 AS text))
    """  # noqa: S608 -- names of ours


OF_RUN = tuple(NewRun.__dataclass_fields__)  # the number comes first
ADD = _adding(*OF_RUN, "changes_until")
ADD_UNMARKED = _adding(*OF_RUN)


async def add(
    session: Session,
    round_id: int,
    run: NewRun,
    changes_until: int | None,
    parameters: dict[str, Any],
) -> None:
    """Record *run* and the cohort's parameters, and tell whoever waits for it on commit.

    *changes_until* is the run's high-water mark; None where runs keep none.
    """
    driver = await driver_of(session)
    written = json.dumps(parameters, ensure_ascii=False)
    values: list[Any] = [getattr(run, name) for name in OF_RUN]
    if changes_until is None:
        await driver.execute(ADD_UNMARKED, round_id, written, *values)
    else:
        await driver.execute(ADD, round_id, written, *values, changes_until)


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
