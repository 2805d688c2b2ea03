"""Pushing a file of submissions: read, admit, write, and keep the receipt."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import islice

from shared.batches import slice_store, slices
from shared.batches import store as batches
from shared.batches.admission import Outcome, admit, without_twins
from shared.batches.covering import cover
from shared.batches.formats import READERS, declared
from shared.batches.limits import MOST_ROWS
from shared.batches.outcome import Told, tell
from shared.batches.rows import Row
from shared.batches.slices import Coverage, Declared, Slice
from shared.batches.store import NewBatch, Refused
from shared.core.errors import Finding, Invalid, TooManyRows
from shared.core.principal import Principal
from shared.database import Session
from shared.database.database import driver_of
from shared.rounds import store as rounds
from shared.rounds.model import not_open
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions import recording
from shared.submissions.store import NewSubmission, Receipt


@dataclass(frozen=True, slots=True)
class Push:
    """A file, and how it is to be taken: as a whole, or *lenient*, row by row.

    *declared* is the slice that the request says it covers, unless the file says so itself.
    """

    format: str
    body: bytes
    lenient: bool
    request_id: str
    declared: Declared | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """A batch's id, what became of it and of each row, and of its slice if it declared one."""

    batch: int
    told: Told
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """What a file needs on its way: files are read one at a time, rows are paid for, then written.

    *spend* takes the number of rows and refuses them where they go beyond a quota; *writing* gives
    the transaction.
    """

    reading: asyncio.Lock
    spend: Callable[[int], Awaitable[None]]
    writing: Callable[[], AbstractAsyncContextManager[Session]]


async def push(
    ways: Ways, round_: RoundFacts, framework: Framework, who: Principal, push: Push
) -> Pushed:
    """Store what a file says and keep its receipt, both in one transaction.

    Unless it is lenient, a file of which any row is refused stores nothing but the receipt.
    Raises: FileUnreadable, TooManyRows, Invalid, RoundNotOpen, QuotaExceeded; then there is no
    receipt either.
    """
    async with ways.reading:
        rows, outcomes, digest, slice_ = await asyncio.to_thread(read, framework, who, push)
    batch = NewBatch(round_.id, who.reporter, push.format, digest, push.lenient, push.request_id)
    admitted = [each for each in outcomes if isinstance(each, NewSubmission)]
    stored = push.lenient or len(admitted) == len(outcomes)
    await ways.spend(len(rows))
    prepared = await asyncio.to_thread(recording.prepare, admitted)
    async with ways.writing() as session:
        if not admitted:
            await require_open(session, round_)
        driver = await driver_of(session)
        try:
            async with driver.transaction():
                receipts = await recording.record_prepared(driver, round_.id, prepared)
                stored &= push.lenient or all(each.id is not None for each in receipts)
                if not stored:
                    raise Refused  # noqa: TRY301 -- it undoes what was appended
        except Refused:
            stored = False
        await require_taken(session, round_, receipts)
        dated = round_.reference_date
        what = await asyncio.to_thread(tell, rows, outcomes, receipts, dated, stored=stored)
        if slice_ is None:
            return Pushed(await batches.add(driver, batch, what), what)
        coverage, what = await cover(driver, batch, slice_, who.applicants, rows, what)
        identity = await batches.add(driver, batch, what)
        await slice_store.add(driver, batch, identity, coverage)
        return Pushed(identity, what, coverage)


async def require_open(session: Session, round_: RoundFacts) -> None:
    """For a file of which no row is admitted. Raises: RoundNotOpen."""
    state = await rounds.state(session, round_.id)
    if state != "open":
        raise not_open(round_.code, state)


async def require_taken(session: Session, round_: RoundFacts, receipts: Sequence[Receipt]) -> None:
    """For the rows that were admitted. Raises: RoundNotOpen."""
    if any(each.result == "not-open" for each in receipts):
        raise not_open(round_.code, await rounds.state(session, round_.id))


def read(
    framework: Framework, who: Principal, push: Push
) -> tuple[list[Row], list[Outcome], str, Slice | None]:
    """Read and admit the rows; return them, what each comes to, the file's SHA-256, and its slice.

    Raises: FileUnreadable, TooManyRows, Invalid.
    """
    rows = list(_bounded(READERS[push.format](push.body)))
    if not rows:
        raise Invalid("the file has no rows", (Finding("", "no-rows", "There is no row in it."),))
    said = declared(push.format, push.body, push.declared)
    slice_ = None if said is None else slices.read(framework, who, said)
    outcomes = without_twins(rows, list(admit(framework, who, push.request_id, rows)))
    if slice_ is not None:
        outcomes = slices.within(slice_, outcomes)
    return rows, outcomes, hashlib.sha256(push.body).hexdigest(), slice_


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    yield from islice(rows, MOST_ROWS)
    if next(rows, None) is not None:
        raise TooManyRows(f"a batch has at most {MOST_ROWS} rows", most=MOST_ROWS)
