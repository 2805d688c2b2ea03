"""Slices: whom they leave out, what is thereby taken back, and what is kept of them."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import NamedTuple

import asyncpg
from sqlalchemy import select, text

from shared.batches.slices import Coverage, Slice
from shared.batches.store import NewBatch
from shared.batches.tables import BatchSliceRow
from shared.database import Driver, SchemaUnknown, Session
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


# What was withdrawn before is looked at, too: who waits for a repeated file waits for what its
# first sending took back.
OF_OMITTED = "applicant = ANY ($2::text[]) AND measure = $3 AND reporter = $4 AND as_of < $5"
SAID = f"WITH said AS ({last_words('$1', OF_OMITTED)})"
TO_WITHDRAW = "FROM said WHERE status = 'reported' ORDER BY applicant, as_of"
WITHDRAW = f"""
    {SAID}, added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
            comment, request_id)
        SELECT round, applicant, measure, reporter, kind, as_of, revision + 1, 'withdrawn', $6, $7
        {TO_WITHDRAW}
        RETURNING id, applicant
    ), logged AS (
        INSERT INTO submission_change (round, applicant, submission, request_id)
        SELECT $1, applicant, id, $7 FROM added
    )
    SELECT (SELECT count(*) FROM added), greatest(
        (SELECT max(id) FROM added), (SELECT max(id) FROM said WHERE status = 'withdrawn'))
"""  # noqa: S608 -- all of it is ours
WOULD_WITHDRAW = f"{SAID} SELECT applicant, kind, as_of {TO_WITHDRAW}"


async def withdraw(
    driver: Driver, batch: NewBatch, slice_: Slice, omitted: Sequence[str]
) -> Withdrawn:
    """Take back what the reporter said of the *omitted* as of earlier dates than the slice's.

    The transaction under way has the round to itself.
    """
    comment = f"The slice as of {slice_.as_of} leaves the applicant out."
    arguments = (list(omitted), slice_.measure, batch.reporter, slice_.as_of)
    row = await driver.fetchrow(WITHDRAW, batch.round, *arguments, comment, batch.request_id)
    return Withdrawn(*row)


async def would_withdraw(
    driver: Driver, round_id: int, reporter: int, slice_: Slice, omitted: Sequence[str]
) -> list[NewSubmission]:
    """Return what `withdraw` would add, as nobody's request."""
    arguments = (list(omitted), slice_.measure, reporter, slice_.as_of)
    return [
        NewSubmission(
            applicant, slice_.measure, reporter, kind, day, WITHDRAWN, None, None, request_id=""
        )
        for applicant, kind, day in await driver.fetch(WOULD_WITHDRAW, round_id, *arguments)
    ]


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
