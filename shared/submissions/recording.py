"""Appending submissions, all or none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.database import Driver
from shared.submissions import store
from shared.submissions.sight import revised_after_sight
from shared.submissions.store import NATURAL_KEY, NewSubmission, Receipt

MOST_AT_ONCE = 1_000
"""Items that are sorted out, written and read on the event loop in one piece, which a thousand take
some milliseconds of."""

MOST_WRITTEN = 5_000
"""Items that go to the database in one statement where they were written beforehand."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Items as `store.written` writes them; None: they must be sorted out yet."""

    items: Sequence[NewSubmission]
    text: str | None


REFUSED = Receipt("revised-after-sight", None)


class _Revised(Exception):
    """Some of what was appended must not stay: *refused* says of each item whether it does."""

    def __init__(self, refused: list[bool]) -> None:
        super().__init__()
        self.refused = refused


async def record(driver: Driver, round_id: int, items: Sequence[NewSubmission]) -> list[Receipt]:
    """Append *items*, all or none, and return a receipt each, in order.

    Items with the same natural key correct each other in turn. A mark that must stay as it
    was given blind, and would not, is refused.
    """
    waves = _waves(items)
    if len(waves) <= 1:
        return await _append(driver, round_id, items)
    receipts: dict[int, Receipt] = {}
    async with driver.transaction():
        for wave in waves:
            results = await _append(driver, round_id, [items[at] for at in wave])
            receipts.update(zip(wave, results, strict=True))
    return [receipts[position] for position in range(len(items))]


def prepare(items: Sequence[NewSubmission]) -> list[Prepared]:
    """Write *items*, of which no two have the same natural key, beforehand; for a thread.

    Marks that must stay as they were given blind cannot be: they depend on what stands.
    """
    bound = any(item.keeps_blind for item in items)
    size = MOST_AT_ONCE if bound else MOST_WRITTEN
    parts = [items[start : start + size] for start in range(0, len(items), size)]
    return [Prepared(part, None if bound else store.written(part)) for part in parts]


async def record_prepared(
    driver: Driver, round_id: int, prepared: Sequence[Prepared]
) -> list[Receipt]:
    """Append what was *prepared* in the transaction under way, as `record` does.

    What the round is held for is the database's work alone.
    """
    receipts = list[Receipt]()
    for part in prepared:
        if part.text is None:
            receipts += await record(driver, round_id, part.items)
        else:
            receipts += await store.record_written(driver, round_id, part.items, part.text)
    return receipts


async def _append(driver: Driver, round_id: int, items: Sequence[NewSubmission]) -> list[Receipt]:
    """Append *items*, but for the marks that must stay as they were given blind."""
    if not any(item.keeps_blind for item in items):
        return await store.record(driver, round_id, items)
    try:
        async with driver.transaction():
            return await _append_unless_revised(driver, round_id, items)
    except _Revised as undone:
        refused = undone.refused
    rest = [item for item, gone in zip(items, refused, strict=True) if not gone]
    receipts = iter(await _append(driver, round_id, rest))
    return [REFUSED if gone else next(receipts) for gone in refused]


async def _append_unless_revised(
    driver: Driver, round_id: int, items: Sequence[NewSubmission]
) -> list[Receipt]:
    """Append *items* and then ask what a run asks for the flag, so that both always agree.

    Raises: _Revised, and the transaction must not be committed.
    """
    receipts = await store.record(driver, round_id, items)
    said = list(zip(items, receipts, strict=True))
    bound = [item.keeps_blind and receipt.adds for item, receipt in said]
    marks = {item.mark for item, binds in zip(items, bound, strict=True) if binds}
    revised = await revised_after_sight(driver, round_id, marks)
    if revised:
        raise _Revised(
            [binds and item.mark in revised for item, binds in zip(items, bound, strict=True)]
        )
    return receipts


def _waves(items: Sequence[NewSubmission]) -> list[list[int]]:
    """Group the positions of *items*, `MOST_AT_ONCE` at most, with no natural key twice.

    Groups are in the order in which they correct each other.
    """
    waves: list[list[int]] = []
    said: Counter[tuple[str, str, int, date]] = Counter()
    for position, item in enumerate(items):
        key = NATURAL_KEY(item)
        earlier = said[key]
        said[key] += 1
        if earlier == len(waves):
            waves.append([])
        waves[earlier].append(position)
    return [
        wave[start : start + MOST_AT_ONCE]
        for wave in waves
        for start in range(0, len(wave), MOST_AT_ONCE)
    ]
