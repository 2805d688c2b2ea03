"""What is done for a file before the round is held, so that others wait the less.

While a part of it is read, the database judges the part before. Once the round is held, it is asked
of what the reporter said anything meanwhile. Parts that speak of it are judged again; then rows are
inserted, and nothing else is done.
"""

import asyncio
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from shared.batches import ahead_store as store
from shared.batches.ahead_store import Verdict
from shared.batches.outcome import Told, items_of, summed
from shared.batches.reading import File, Reading
from shared.core.principal import Principal, Role
from shared.database import Driver
from shared.submissions.recording import Prepared
from shared.submissions.store import NewSubmission, Receipt, written

Connected = Callable[[], AbstractAsyncContextManager[Driver]]
"""Gives a connection whose statements are transactions of their own."""

AT_ONCE = 500
"""Rows that are told of in a millisecond or two; a thread to do it would take as long to reach."""

Made = TypeVar("Made")
First = TypeVar("First")
Second = TypeVar("Second")


@dataclass(frozen=True, slots=True)
class Part:
    """Some items of a file, one at least, as `written` writes them, and the verdict on them."""

    items: list[NewSubmission]
    text: str
    verdict: Verdict

    def receipts(self) -> list[Receipt]:
        """Return what becomes of each item; the id of what is to be added is None as yet."""
        said = self.verdict
        each = zip(said.follows, said.standing, said.before, said.entered, strict=True)
        return [
            Receipt("unchanged", standing, None, entered, before)
            if follows is None
            else Receipt("created" if follows == 1 else "revised", None, None, entered, before)
            for follows, standing, before, entered in each
        ]


class Ahead:
    """A file whose rows are judged while it is read, and what is told of it if that still holds."""

    def __init__(self, connected: Connected, round_id: int, who: Principal) -> None:
        """Judge what *who* says in a round.

        An expert's word is not judged before the round is held: it may be tied meanwhile.
        """
        self._connected, self._round, self._reporter = connected, round_id, who.reporter
        self._judges = who.role is not Role.EXPERT
        self._parts = list[Part]()
        self._items = list[dict[str, Any]]()
        self._told: tuple[File, date]

    async def read(self, reading: Reading) -> File:
        """Read a file to its end. Raises: what `Reading` does."""
        items, text, file = await asyncio.to_thread(_part, reading)
        while file is None:
            judged, following = self._judge(items, text), asyncio.to_thread(_part, reading)
            _, (items, text, file) = await _both(judged, following)
        await self._judge(items, text)
        return file

    async def is_plain(self, file: File, reference_date: date) -> bool:
        """Say whether all that was admitted is taken and counts, by what is known now.

        Then it is told, but for the ids. Not if rows were refused for what other rows say.
        """
        judged = sum(len(each.items) for each in self._parts)
        if not self._judges or not judged or judged != len(file.admitted):
            return False
        self._told = file, reference_date
        self._items = await _aside(len(file.rows), _items, self._parts, *self._told)
        return True

    def prepared(self) -> list[Prepared]:
        """Return the items as they are appended where the verdicts do not hold."""
        return [Prepared(each.items, each.text) for each in self._parts]

    async def append(self, driver: Driver) -> Told | None:
        """Hold the round, append the file if the verdicts hold, and tell of it; None: they do not.

        In the transaction under way.
        """
        await store.hold(driver, self._round)
        first = self._parts[0].verdict
        said, logs_files = await store.said_since(driver, self._round, self._reporter, first)
        if said is None or (said and not await self._is_plain_again(driver, said)):
            return None
        ids = list[int | None]()
        for each in self._parts:
            ids += await _appended(driver, self._round, each, logs_files=logs_files)
        return await _aside(len(ids), _numbered, self._items, ids)

    async def _is_plain_again(self, driver: Driver, said: AbstractSet[str]) -> bool:
        """Judge parts anew that speak of what was *said* meanwhile; say what `is_plain` does."""
        touched = await asyncio.to_thread(_touched, self._parts, said)
        for at in touched:
            part = self._parts[at]
            verdict = await store.judge(driver, self._round, part.text)
            if verdict is None or not verdict.plain:
                return False
            self._parts[at] = Part(part.items, part.text, verdict)
        if touched:
            self._items = await asyncio.to_thread(_items, self._parts, *self._told)
        return True

    async def _judge(self, items: list[NewSubmission], text: str) -> None:
        """Have a part judged, unless there is one before it that is not plainly taken."""
        if not self._judges or not items:
            return
        async with self._connected() as driver:
            verdict = await store.judge(driver, self._round, text)
        if verdict is not None and verdict.plain:
            self._parts.append(Part(items, text, verdict))
        else:
            self._judges = False


def _part(reading: Reading) -> tuple[list[NewSubmission], str, File | None]:
    """Read on; return what was admitted, the same as `written` writes it, and at the end the file.

    Raises: what `Reading` does.
    """
    items = reading.part()
    return items, written(items), reading.file() if reading.is_over else None


def _items(parts: list[Part], file: File, reference_date: date) -> list[dict[str, Any]]:
    """Tell of the rows of a *file*, of which the *parts* are admitted."""
    receipts = [receipt for each in parts for receipt in each.receipts()]
    return items_of(file.rows, file.outcomes, receipts, reference_date, stored=True)


def _touched(parts: list[Part], said: AbstractSet[str]) -> list[int]:
    """Return which of *parts* speak of anything that was *said*."""
    return [
        at
        for at, part in enumerate(parts)
        if any(store.subject(each) in said for each in part.items)
    ]


async def _appended(
    driver: Driver, round_id: int, part: Part, *, logs_files: bool
) -> list[int | None]:
    """Append what *part* adds; return the ids of all its items in order."""
    said = part.verdict
    inserted = await store.insert(driver, round_id, part.text, said.follows, logs_files=logs_files)
    added = iter(inserted)
    return [
        standing if follows is None else next(added)
        for follows, standing in zip(said.follows, said.standing, strict=True)
    ]


def _numbered(items: list[dict[str, Any]], ids: list[int | None]) -> Told:
    """Give those of *items* that were taken their *ids*, and tell of the file with that."""
    taken = (each for each in items if each["result"] != "rejected")
    for item, identity in zip(taken, ids, strict=True):
        item["id"] = identity
    return summed(items, stored=True)


async def _aside(rows: int, work: Callable[..., Made], *arguments: Any) -> Made:
    """Return what *work* makes of so many *rows*; while it is of many, others have their turn."""
    if rows <= AT_ONCE:
        return work(*arguments)
    return await asyncio.to_thread(work, *arguments)


async def _both(first: Awaitable[First], second: Awaitable[Second]) -> tuple[First, Second]:
    """Wait for both, whatever comes of either. Raises: what one of them does."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    for each in (one, other):
        if isinstance(each, BaseException):
            raise each
    return one, other  # type: ignore[return-value]
