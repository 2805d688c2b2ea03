"""What is done for a file before the round is held, so that others wait the less.

While a part of it is read, the database judges the part before. What is to be inserted is laid
ready in order, and what will be told of it is written but for the ids. Once the round is held, the
database is asked of what the reporter said anything meanwhile. Parts that speak of it are judged
again; then rows are inserted, and nothing else is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from shared.batches import ahead_store as store
from shared.batches.ahead_store import Verdict
from shared.batches.outcome import NUMBERLESS, Told, numbered, tell
from shared.batches.reading import File, Reading
from shared.core.principal import Principal, Role
from shared.database import Driver
from shared.submissions.recording import Prepared
from shared.submissions.store import NATURAL_KEY, NewSubmission, Receipt, written

Connected = Callable[[], AbstractAsyncContextManager[Driver]]
"""Gives a connection whose statements are transactions of their own."""

AT_ONCE = 500
"""Rows that are told of in a millisecond or two; a thread to do it would take as long to reach."""

FEW = 1_000
"""Rows that are read by the database as soon as they could be laid ready."""

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
        """Return what becomes of each item; what is to be added is `NUMBERLESS` as yet."""
        said = self.verdict
        each = zip(said.follows, said.standing, said.before, said.entered, strict=True)
        return [
            Receipt("unchanged", standing, None, entered, before)
            if follows is None
            else Receipt(
                "created" if follows == 1 else "revised", NUMBERLESS, None, entered, before
            )
            for follows, standing, before, entered in each
        ]


class Foretold(NamedTuple):
    """What will be told of a file, but for the ids of what it adds.

    *order* has the places of that among what was admitted, as the natural key orders it.
    """

    told: Told
    order: list[int]


class Ahead:
    """A file whose rows are judged while it is read, and what is told of it if that still holds."""

    def __init__(self, connected: Connected, round_id: int, who: Principal) -> None:
        """Judge what *who* says in a round.

        An expert's word is not judged before the round is held: it may be tied meanwhile.
        """
        self._connected, self._round, self._reporter = connected, round_id, who.reporter
        self._judges = who.role is not Role.EXPERT
        self._parts = list[Part]()

    async def read(self, reading: Reading) -> File:
        """Read a file to its end. Raises: what `Reading` does."""
        items, text, file = await asyncio.to_thread(_part, reading)
        while file is None:
            judged, following = self._judge(items, text), asyncio.to_thread(_part, reading)
            _, (items, text, file) = await _both(judged, following)
        await self._judge(items, text)
        return file

    def is_plain(self, file: File) -> bool:
        """Say whether all that was admitted is taken and counts, by what is known now.

        Not if rows were refused for what other rows say.
        """
        judged = sum(len(each.items) for each in self._parts)
        return self._judges and judged == len(file.admitted) > 0

    def prepared(self) -> list[Prepared]:
        """Return the items as they are appended where the verdicts do not hold."""
        return [Prepared(each.items, each.text) for each in self._parts]

    async def append(self, driver: Driver, file: File, reference_date: date) -> Told | None:
        """Hold the round, append a *file* that is plain if that holds, and tell of it.

        In the transaction under way. None: it does not hold.
        """
        text = await _aside(len(file.rows), _text, self._parts)
        laid, foretold = await self._laid(driver, text, file, reference_date)
        await store.hold(driver, self._round)
        first = self._parts[0].verdict
        said, logs_files = await store.said_since(driver, self._round, self._reporter, first)
        if said is None:
            return None
        if said:
            touched = await asyncio.to_thread(_touched, self._parts, said)
            if not await self._is_plain_again(driver, touched):
                return None
            if touched:
                laid, foretold = await self._laid(driver, text, file, reference_date)
        if not foretold.order:
            return foretold.told
        appended = store.Appended(self._round, file.admitted[0].request_id, logs_files)
        if laid:
            ids = await store.insert_laid(driver, appended)
        else:
            ids = await store.insert(driver, appended, text, _follows(self._parts))
        return await _aside(len(ids), _numbered, foretold, ids)

    async def _laid(
        self, driver: Driver, text: str, file: File, reference_date: date
    ) -> tuple[bool, Foretold]:
        """Tell of the *file*, and say whether what it adds was laid ready meanwhile: much is."""
        telling = _aside(len(file.rows), _foretold, self._parts, file, reference_date)
        follows = _follows(self._parts)
        if len(follows) <= FEW or not any(follows):
            return False, await telling
        _, foretold = await _both(store.lay(driver, text, follows), telling)
        return True, foretold

    async def _is_plain_again(self, driver: Driver, touched: Iterable[int]) -> bool:
        """Judge the parts anew that were *touched*, and say what `is_plain` does."""
        for at in touched:
            part = self._parts[at]
            verdict = await store.judge(driver, self._round, part.text)
            if verdict is None or not verdict.plain:
                return False
            self._parts[at] = Part(part.items, part.text, verdict)
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


def _text(parts: list[Part]) -> str:
    """Write the items of all *parts* as `written` does."""
    return f"{{{','.join([each.text[1:-1] for each in parts])}}}"


def _follows(parts: list[Part]) -> list[int | None]:
    return [follows for each in parts for follows in each.verdict.follows]


def _foretold(parts: list[Part], file: File, reference_date: date) -> Foretold:
    """Tell of a *file*, of which the *parts* are admitted, as far as it is known."""
    receipts = [receipt for each in parts for receipt in each.receipts()]
    told = tell(file.rows, file.outcomes, receipts, reference_date, stored=True)
    adding = [at for at, follows in enumerate(_follows(parts)) if follows is not None]
    keys = [NATURAL_KEY(item) for each in parts for item in each.items]
    return Foretold(told, sorted(adding, key=keys.__getitem__))


def _touched(parts: list[Part], said: AbstractSet[str]) -> list[int]:
    """Return which of *parts* speak of anything that was *said*."""
    return [
        at
        for at, part in enumerate(parts)
        if any(store.subject(each) in said for each in part.items)
    ]


def _numbered(foretold: Foretold, ids: Sequence[int]) -> Told:
    """Complete what was *foretold* by the *ids* of what was added, in its order."""
    given = dict(zip(foretold.order, ids, strict=True))
    return numbered(foretold.told, iter([given[at] for at in sorted(given)]))


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
