"""Slices: whom they leave out, what is thereby taken back, and what is kept of them."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

import asyncpg
from sqlalchemy import select, text

from shared.batches.slices import Coverage, Slice
from shared.batches.store import NewBatch
from shared.batches.tables import BatchSliceRow
from shared.database import Driver, SchemaUnknown, Session
from shared.submissions import recording
from shared.submissions.standing import last_words
from shared.submissions.store import NewSubmission
from shared.submissions.values import WITHDRAWN

ENTERED = """
    SELECT count(*), coalesce(
        array_agg(applicant ORDER BY applicant)
            FILTER (WHERE applicant NOT IN (SELECT unnest($3::text[]))), '{}')
    FROM entry
    WHERE round = $1 AND state = 'accepted' AND ($2::text[] IS NULL OR applicant = ANY ($2))
"""


async def entered(
    driver: Driver, round_id: int, reach: Collection[str] | None, named: Collection[str]
) -> tuple[int, list[str]]:
    """Return how many entered applicants are within *reach*, and which of them are not *named*."""
    within = None if reach is None else list(reach)
    count, omitted = await driver.fetchrow(ENTERED, round_id, within, list(named))
    return count, omitted


class Withdrawn(NamedTuple):
    """How many values were taken back, and the greatest id that says so; None: nothing ever did."""

    values: int
    greatest: int | None


# What is dated after the reference date does not count: it takes nothing back that does.
OF_OMITTED = """applicant = ANY ($2::text[]) AND measure = $3 AND reporter = $4 AND as_of < $5
    AND $5 <= (SELECT reference_date FROM round WHERE id = $1)"""
SAID = last_words("$1", OF_OMITTED)
TO_WITHDRAW = f"""
    SELECT applicant, kind, as_of FROM ({SAID}) AS said WHERE status = 'reported'
    ORDER BY applicant, as_of
"""  # noqa: S608 -- all of it is ours
LAST_WITHDRAWN = f"SELECT max(id) FROM ({SAID}) AS said WHERE status = 'withdrawn'"  # noqa: S608


async def withdraw(
    driver: Driver, batch: NewBatch, slice_: Slice, omitted: Sequence[str]
) -> Withdrawn:
    """Take back what the reporter said of the *omitted* as of earlier dates than the slice's.

    Nothing, where that is after the round's reference date.
    What was taken back before is looked at, too: who waits for a repeated file waits for what its
    first sending took back. The transaction under way has the round to itself.
    """
    asked = batch.round, batch.reporter, slice_, omitted
    items = await withdrawals(driver, *asked, batch.request_id)
    prepared = await asyncio.to_thread(recording.prepare, items)
    await recording.record_prepared(driver, batch.round, prepared)
    return Withdrawn(len(items), await driver.fetchval(LAST_WITHDRAWN, *_arguments(*asked)))


async def withdrawals(
    driver: Driver,
    round_id: int,
    reporter: int,
    slice_: Slice,
    omitted: Sequence[str],
    request_id: str,
) -> list[NewSubmission]:
    """Return what `withdraw` would append for the request of this id."""
    comment = f"The slice as of {slice_.as_of} leaves the applicant out."
    return [
        NewSubmission(
            applicant=applicant,
            measure=slice_.measure,
            reporter=reporter,
            kind=kind,
            as_of=as_of,
            reported=WITHDRAWN,
            reference=None,
            comment=comment,
            request_id=request_id,
        )
        for applicant, kind, as_of in await driver.fetch(
            TO_WITHDRAW, *_arguments(round_id, reporter, slice_, omitted)
        )
    ]


def _arguments(
    round_id: int, reporter: int, slice_: Slice, omitted: Sequence[str]
) -> tuple[Any, ...]:
    return round_id, list(omitted), slice_.measure, reporter, slice_.as_of


NOT_KEPT = "slices of batches need step 0013: run `pilotzone migrate`"
KEPT = tuple(each.name for each in fields(Coverage))
ADD = f"""
    INSERT INTO batch_slice (round, batch, reporter, {", ".join(KEPT)})
    VALUES ($1, $2, $3, {", ".join(f"${at}" for at in range(4, 4 + len(KEPT)))})
"""  # noqa: S608 -- names of ours


async def add(driver: Driver, batch: NewBatch, identity: int, coverage: Coverage) -> None:
    """Keep what came of the slice that a batch declared. Raises: SchemaUnknown."""
    values = (getattr(coverage, each) for each in KEPT)
    try:
        await driver.execute(ADD, batch.round, identity, batch.reporter, *values)
    except asyncpg.UndefinedTableError:
        raise SchemaUnknown(NOT_KEPT) from None


async def of_batches(
    session: Session, round_id: int, batches: Sequence[int]
) -> dict[int, Coverage]:
    """Return what came of the slices of *batches*, of those that declared one, by batch."""
    if not await kept(session):
        return {}
    columns = (getattr(BatchSliceRow, each) for each in KEPT)
    query = select(BatchSliceRow.batch, *columns).where(
        BatchSliceRow.round == round_id, BatchSliceRow.batch.in_(batches)
    )
    return {row[0]: Coverage(*row[1:]) for row in await session.execute(query)}


async def kept(session: Session) -> bool:
    """Say whether the schema keeps slices: before step 0013 it does not."""
    query = text("SELECT to_regclass('batch_slice') IS NOT NULL")
    found: bool = (await session.scalars(query)).one()
    return found


async def require_kept(session: Session) -> None:
    """Require that a slice could be kept, for whoever adds none. Raises: SchemaUnknown."""
    if not await kept(session):
        raise SchemaUnknown(NOT_KEPT)
