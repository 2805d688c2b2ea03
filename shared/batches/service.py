"""Pushing a file of submissions: read, admit, write, and keep the receipt."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from shared.batches import slice_store
from shared.batches import store as batches
from shared.batches.ahead import Ahead, Connected
from shared.batches.covering import cover
from shared.batches.outcome import Told, tell
from shared.batches.reading import File, Push, Reading
from shared.batches.slices import Coverage
from shared.batches.store import NewBatch, Refused
from shared.core.principal import Principal
from shared.database import Session
from shared.database.database import driver_of
from shared.rounds import store as rounds
from shared.rounds.model import not_open
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions import recording
from shared.submissions.recording import Prepared
from shared.submissions.store import Receipt


@dataclass(frozen=True, slots=True)
class Pushed:
    """A batch's id, what became of it and of each row, and of its slice if it declared one."""

    batch: int
    told: Told
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """What a file needs on its way: files are read one at a time, rows are paid for, then written.

    *connected* gives a connection past the transaction, *spend* takes the number of rows and
    refuses them where they go beyond a quota, *writing* gives the transaction.
    """

    reading: asyncio.Lock
    connected: Connected
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
    ahead = Ahead(ways.connected, round_.id, who)
    async with ways.reading:
        file = await ahead.read(Reading(framework, who, push))
    batch = NewBatch(
        round_.id, who.reporter, push.format, file.sha256, push.lenient, push.request_id
    )
    await ways.spend(len(file.rows))
    plain = (push.lenient or file.is_sound) and ahead.is_plain(file)
    prepared = await ahead.prepared(file)
    async with ways.writing() as session:
        driver = await driver_of(session)
        what = await ahead.append(driver, file, round_.reference_date) if plain else None
        if what is None:
            what = await _appended(session, round_, file, prepared, push)
        if file.slice is None:
            return Pushed(await batches.add(driver, batch, what), what)
        coverage, what = await cover(driver, batch, file.slice, who.applicants, file.rows, what)
        identity = await batches.add(driver, batch, what)
        await slice_store.add(driver, batch, identity, coverage)
        return Pushed(identity, what, coverage)


async def _appended(
    session: Session, round_: RoundFacts, file: File, prepared: Sequence[Prepared], push: Push
) -> Told:
    """Append what was *prepared*, judged while the round is held, and tell what became of it.

    Raises: RoundNotOpen.
    """
    if not prepared:
        await require_open(session, round_)
    driver = await driver_of(session)
    stored = push.lenient or file.is_sound
    receipts = list[Receipt]()
    try:
        async with driver.transaction():
            receipts += await recording.record_prepared(driver, round_.id, prepared)
            stored &= push.lenient or all(each.id is not None for each in receipts)
            if not stored:
                raise Refused  # noqa: TRY301 -- it undoes what was appended
    except Refused:
        stored = False
    await require_taken(session, round_, receipts)
    told = file.rows, file.outcomes, receipts, round_.reference_date
    return await asyncio.to_thread(tell, *told, stored=stored)


async def require_open(session: Session, round_: RoundFacts) -> None:
    """For a file of which no row is admitted. Raises: RoundNotOpen."""
    state = await rounds.state(session, round_.id)
    if state != "open":
        raise not_open(round_.code, state)


async def require_taken(session: Session, round_: RoundFacts, receipts: Sequence[Receipt]) -> None:
    """For the rows that were admitted. Raises: RoundNotOpen."""
    if any(each.result == "not-open" for each in receipts):
        raise not_open(round_.code, await rounds.state(session, round_.id))
