"""Appending submissions, all or none."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from shared.database import Driver
from shared.submissions import store
from shared.submissions.store import NewSubmission, Receipt


async def record(driver: Driver, round_id: int, items: Sequence[NewSubmission]) -> list[Receipt]:
    """Append *items*, all or none, and return a receipt each, in order.

    Items with the same natural key correct each other in turn.
    """
    waves = _waves(items)
    if len(waves) <= 1:
        return await store.record(driver, round_id, items)
    receipts: dict[int, Receipt] = {}
    async with driver.transaction():
        for wave in waves:
            results = await store.record(driver, round_id, [items[at] for at in wave])
            receipts.update(zip(wave, results, strict=True))
    return [receipts[position] for position in range(len(items))]


def _waves(items: Sequence[NewSubmission]) -> list[list[int]]:
    """Group the positions of *items* so that each group has a natural key once."""
    waves: list[list[int]] = []
    said: Counter[tuple[str, str, int, date]] = Counter()
    for position, item in enumerate(items):
        earlier = said[item.natural_key]
        said[item.natural_key] += 1
        if earlier == len(waves):
            waves.append([])
        waves[earlier].append(position)
    return waves
