"""What is done for a file before the round is held, so that others wait the less.

While a part of it is read, the database judges the part before. Of a long file, what is to be
inserted is laid ready in order, and what will be told of it is written but for the ids. Once the
round is held, the database is asked of what the reporter said anything meanwhile. Rows that speak
of it are judged again; then rows are inserted, and nothing else is done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple, TypeVar

from shared.batches import ahead_store as store
from shared.batches.ahead_store import Verdict
from shared.batches.outcome import NUMBERLESS, Told, numbered, tell
from shared.batches.reading import File, Reading
from shared.core.principal import Principal, Role
from shared.database import Driver
from shared.submissions import recording
from shared.submissions.recording import Prepared
from shared.submissions.store import NATURAL_KEY, NewSubmission, Receipt, written

Connected = Callable[[], AbstractAsyncContextManager[Driver]]
"""Gives a connection whose statements are transactions of their own."""

FEW = 1_000
"""Rows that are judged and appended in one statement, for which nobody waits long."""

LONG = 10_000
"""Beyond so many rows, what is inserted is laid ready beforehand: it takes longer, but others wait
the less."""

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
        return [
            Receipt("unchanged", standing, None, entered, before)
            if follows is None
            else Receipt(
                "created" if follows == 1 else "revised", NUMBERLESS, None, entered, before
            )
            for follows, standing, before, entered in zip(*self.verdict.columns, strict=True)
        ]


class Foretold(NamedTuple):
    """What will be told of a file, but for the ids of what it adds.

    *places* says of each item that is added, in their order, how many come before it by the natural
    key: by that they are inserted.
    """

    told: Told
    places: list[int]


class Ahead:
    """A file whose rows are judged while it is read, and what is told of it if that still holds."""

    def __init__(self, connected: Connected, round_id: int, who: Principal) -> None:
        """Judge what *who* says in a round.

        An expert's word is not judged before the round is held: it may be tied meanwhile.
        """
        self._connected, self._round, self._reporter = connected, round_id, who.reporter
        self._judges = who.role is not Role.EXPERT
        self._parts = list[Part]()
        self._few: tuple[list[NewSubmission], str] | None = None

    async def read(self, reading: Reading) -> File:
        """Read a file to its end. Raises: what `Reading` does."""
        items, text, file = await asyncio.to_thread(_part, reading)
        if file is not None and len(items) <= FEW and self._judges:
            self._few = items, text
            return file
        while file is None:
            judged, following = self._judge(items, text), asyncio.to_thread(_part, reading)
            _, (items, text, file) = await _both(judged, following)
        await self._judge(items, text)
        return file

    def is_plain(self, file: File) -> bool:
        """Say whether all that was admitted is taken and counts, by what is known now.

        Not if rows were refused for what other rows say. Of few, nothing speaks against it yet.
        """
        few = 0 if self._few is None else len(self._few[0])
        judged = few + sum(len(each.items) for each in self._parts)
        return self._judges and judged == len(file.admitted) > 0

    async def prepared(self, file: File) -> Sequence[Prepared]:
        """Return what was admitted of a *file* as it is appended where no verdict holds."""
        if self.is_plain(file):
            parts = [Prepared(each.items, each.text) for each in self._parts]
            return parts if self._few is None else [Prepared(*self._few)]
        return await asyncio.to_thread(recording.prepare, file.admitted)

    async def append(self, driver: Driver, file: File, reference_date: date) -> Told | None:
        """Hold the round, append a *file* that is plain if that holds, and tell of it.

        In the transaction under way. None: it does not hold.
        """
        if self._few is not None:
            return await self._append_few(driver, *self._few, file, reference_date)
        is_long = len(file.admitted) > LONG
        foretold = await self._laid(driver, file, reference_date) if is_long else None
        logs_files = await store.hold(driver, self._round)
        first = self._parts[0].verdict
        said = await store.said_since(driver, self._round, self._reporter, first)
        if said is None:
            return None
        if said:
            differs = await self._judged_again(driver, said)
            if differs is None:
                return None
            if differs:
                foretold = None
        request_id = file.admitted[0].request_id
        into = store.Log(self._round, request_id, logs_files=logs_files)
        if foretold is None:
            return await self._append_written(driver, file, reference_date, into)
        if not foretold.places:
            return foretold.told
        return await asyncio.to_thread(_numbered, foretold, await store.insert(driver, into))

    async def _append_written(
        self, driver: Driver, file: File, reference_date: date, into: store.Log
    ) -> Told:
        """Append what the *file* adds, which does not lie ready, and meanwhile tell of it."""
        insert = partial(store.insert_written, driver, into)
        ids, foretold = await self._telling(file, reference_date, insert)
        return foretold.told if ids is None else await asyncio.to_thread(_numbered, foretold, ids)

    async def _append_few(
        self, driver: Driver, items: list[NewSubmission], text: str, file: File, day: date
    ) -> Told | None:
        """Do what `append` does with few *items*, which were not judged before."""
        if not await store.hold(driver, self._round):
            return None
        request_id = items[0].request_id
        verdict, ids = await store.append_plain(driver, self._round, text, request_id)
        if not verdict.plain:
            return None
        return await asyncio.to_thread(_told, Part(items, text, verdict), file, day, ids)

    async def _laid(self, driver: Driver, file: File, reference_date: date) -> Foretold:
        """Tell of the *file*; meanwhile, what it adds is laid ready."""
        _, foretold = await self._telling(file, reference_date, partial(store.lay, driver))
        return foretold

    async def _telling(
        self,
        file: File,
        reference_date: date,
        put: Callable[[str, Sequence[int | None]], Awaitable[First]],
    ) -> tuple[First | None, Foretold]:
        """Tell of the *file*; meanwhile *put* what it adds: items, and the revision of each.

        None, and nothing is put, if it adds nothing.
        """
        telling = asyncio.to_thread(_foretold, self._parts, file, reference_date)
        follows = [each for part in self._parts for each in part.verdict.follows]
        if not any(follows):
            return None, await telling
        text = await asyncio.to_thread(_text, self._parts)
        return await _both(put(text, follows), telling)

    async def _judged_again(
        self, driver: Driver, said: AbstractSet[tuple[str, str]]
    ) -> bool | None:
        """Judge anew what something was *said* of; say if it differs. None: it is not plain."""
        touched = await asyncio.to_thread(_touched, self._parts, said)
        if not touched:
            return False
        items = [self._parts[at].items[place] for at, place in touched]
        verdict = await store.judge(driver, self._round, written(items))
        if verdict is None or not verdict.plain:
            return None
        rows = zip(*verdict.columns, strict=True)
        differ = [
            self._parts[at].verdict.amend(place, row)
            for (at, place), row in zip(touched, rows, strict=True)
        ]
        return any(differ)

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


def _foretold(parts: list[Part], file: File, reference_date: date) -> Foretold:
    """Tell of a *file*, of which the *parts* are admitted, as far as it is known."""
    receipts = [receipt for each in parts for receipt in each.receipts()]
    told = tell(file.rows, file.outcomes, receipts, reference_date, stored=True)
    keys = [
        NATURAL_KEY(item)
        for each in parts
        for item, follows in zip(each.items, each.verdict.follows, strict=True)
        if follows is not None
    ]
    places = [0] * len(keys)
    for place, at in enumerate(sorted(range(len(keys)), key=keys.__getitem__)):
        places[at] = place
    return Foretold(told, places)


def _told(part: Part, file: File, reference_date: date, ids: Sequence[int]) -> Told:
    """Tell of a *file* of one *part*, of which what is new has the *ids*."""
    return _numbered(_foretold([part], file, reference_date), ids)


def _touched(parts: list[Part], said: AbstractSet[tuple[str, str]]) -> list[tuple[int, int]]:
    """Return which items of which of *parts* speak of anything that was *said*."""
    applicants = {applicant for applicant, _ in said}
    return [
        (at, place)
        for at, part in enumerate(parts)
        for place, item in enumerate(part.items)
        if item.applicant in applicants and (item.applicant, item.measure) in said
    ]


def _numbered(foretold: Foretold, ids: Sequence[int]) -> Told:
    """Complete what was *foretold* by the *ids* of what was added, as they were given."""
    return numbered(foretold.told, iter([ids[place] for place in foretold.places]))


async def _both(first: Awaitable[First], second: Awaitable[Second]) -> tuple[First, Second]:
    """Wait for both, whatever comes of either. Raises: what one of them does."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    for each in (one, other):
        if isinstance(each, BaseException):
            raise each
    return one, other  # type: ignore[return-value]
