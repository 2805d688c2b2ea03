"""Batches: written in one transaction with their receipt, and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import JSON

from shared.access.tables import ReporterRow
from shared.batches.outcome import NOT_COMMITTED, PART, Told, shown
from shared.batches.tables import BatchRow
from shared.core.errors import NotFound
from shared.database import Driver, SchemaUnknown, Session


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is known of a batch before anything of it is stored."""

    round: int
    reporter: int
    format: str
    sha256: str
    lenient: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch's receipt, without its rows."""

    id: int
    reporter: int
    reporter_name: str
    format: str
    sha256: str
    lenient: bool
    outcome: str
    created: int
    revised: int
    unchanged: int
    rejected: int
    greatest_submission: int | None
    request_id: str
    recorded_at: datetime


class Refused(Exception):
    """Some row of a file that is taken as a whole was refused: what was appended is undone."""


ADD = """
    INSERT INTO batch (round, reporter, format, sha256, lenient, outcome, created, revised,
        unchanged, rejected, greatest_submission, request_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    RETURNING id, has_table_privilege('batch_part', 'DELETE') AND EXISTS (
        SELECT FROM batch AS older WHERE older.round = $1 AND older.reporter = $2
        ORDER BY older.id DESC OFFSET $13
    )
"""
"""It also says whether old ones' rows are to be cleared; before step 0013 a gateway may not."""

# A statement of its own: whose reach is limited may write rows of a receipt that is seen.
ADD_PARTS = """
    INSERT INTO batch_part (round, batch, number, items)
    SELECT $1, $2, place - 1, items::json
    FROM unnest($3::text[]) WITH ORDINALITY AS part (items, place)
"""

MOST_WITH_ROWS = 500
"""Receipts of one reporter in one round that keep their rows; older ones keep the counts alone."""

# Each push makes one receipt too many; ten are looked at, in case one was not cleared.
FORGET = """
    DELETE FROM batch_part WHERE round = $1 AND batch IN (
        SELECT id FROM batch WHERE round = $1 AND reporter = $2
        ORDER BY id DESC OFFSET $3 LIMIT 10
    )
"""


async def add(driver: Driver, batch: NewBatch, what: Told) -> int:
    """Keep a batch's receipt and clear old ones' rows; return its id. Raises: SchemaUnknown."""
    try:
        identity, forgets = await _receipt(driver, batch, what)
    except asyncpg.UndefinedTableError:
        raise SchemaUnknown("receipts of batches need step 0009: run `pilotzone migrate`") from None
    await driver.execute(ADD_PARTS, batch.round, identity, what.parts)
    if forgets:
        await driver.execute(FORGET, batch.round, batch.reporter, MOST_WITH_ROWS)
    return identity


async def _receipt(driver: Driver, batch: NewBatch, what: Told) -> tuple[int, bool]:
    identity, forgets = await driver.fetchrow(
        ADD,
        batch.round,
        batch.reporter,
        batch.format,
        batch.sha256,
        batch.lenient,
        what.outcome,
        *(what.counts[each] for each in ("created", "revised", "unchanged", "rejected")),
        what.greatest,
        batch.request_id,
        MOST_WITH_ROWS - 1,
    )
    return identity, forgets


COLUMNS = (
    BatchRow.id,
    BatchRow.reporter,
    ReporterRow.name,
    BatchRow.format,
    BatchRow.sha256,
    BatchRow.lenient,
    BatchRow.outcome,
    BatchRow.created,
    BatchRow.revised,
    BatchRow.unchanged,
    BatchRow.rejected,
    BatchRow.greatest_submission,
    BatchRow.request_id,
    BatchRow.recorded_at,
)


async def get(session: Session, round_id: int, batch: int, reporter: int | None) -> StoredBatch:
    """Return the receipt of this id, of *reporter* alone unless None. Raises: NotFound."""
    found = await page(session, round_id, batch + 1, 1, reporter)
    if not found or found[0].id != batch:
        raise NotFound(f"the round has no batch {batch}")
    return found[0]


async def page(
    session: Session, round_id: int, before: int | None, limit: int, reporter: int | None
) -> list[StoredBatch]:
    """Return at most *limit* receipts below *before*, newest first; of *reporter* unless None."""
    query = (
        select(*COLUMNS)
        .join(ReporterRow, ReporterRow.id == BatchRow.reporter)
        .where(BatchRow.round == round_id)
        .order_by(BatchRow.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(BatchRow.id < before)
    if reporter is not None:
        query = query.where(BatchRow.reporter == reporter)
    rows: Sequence[Any] = (await session.execute(query)).all()
    return [StoredBatch(*row) for row in rows]


async def items(
    session: Session, round_id: int, batch: int, after: int, limit: int, *, at_fault: bool
) -> list[dict[str, Any]]:
    """Return at most *limit* rows of a batch from index *after* on; those *at fault* if asked.

    Raises: NotFound, where they are kept no longer.
    """
    query = text(f"""
        SELECT part.number * {PART} + row.place - 1 AS at, row.item FROM batch_part AS part
        CROSS JOIN LATERAL json_array_elements(part.items) WITH ORDINALITY AS row (item, place)
        WHERE part.round = :round AND part.batch = :batch
            AND part.number >= CAST(:after AS bigint) / {PART}
            AND part.number * {PART} + row.place > CAST(:after AS bigint)
            AND (NOT :at_fault OR row.item ->> 'result' = 'rejected'
                AND row.item #>> '{{errors,0,code}}' <> '{NOT_COMMITTED.code}')
        ORDER BY part.number, row.place LIMIT :limit
    """).columns(item=JSON)  # noqa: S608 -- a number of ours
    parameters = {"round": round_id, "batch": batch, "after": after, "limit": limit}
    rows = await session.execute(query, parameters | {"at_fault": at_fault})
    found = [shown(row.at, row.item) for row in rows]
    if (
        not found
        and not (await session.scalars(HAS_ROWS, {"round": round_id, "batch": batch})).one()
    ):
        raise NotFound(f"the rows of batch {batch} are kept no longer, its receipt is")
    return found


HAS_ROWS = text("SELECT EXISTS (SELECT FROM batch_part WHERE round = :round AND batch = :batch)")
