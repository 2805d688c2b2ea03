"""Submissions that arrive together are written together.

A transaction costs PostgreSQL and us far more than a row. While one is being written, whatever
arrives for the same round gathers and goes into the next; nobody is answered before the commit.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from shared.database import Database, cut_off, out_of_reach
from shared.submissions import recording
from shared.submissions.store import NewSubmission, Receipt

MOST_ITEMS = 2_000
"""How many items one transaction gathers; a larger request goes alone."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request's items, and where its receipts are awaited."""

    items: Sequence[NewSubmission]
    receipts: asyncio.Future[list[Receipt]]


class Intake:
    """The way of submissions into the database."""

    def __init__(self, database: Database) -> None:
        """Write through *database*."""
        self._database = database
        self._queues: dict[int, list[Waiting]] = defaultdict(list)
        self._writers: dict[int, asyncio.Task[None]] = {}

    async def record(self, round_id: int, items: Sequence[NewSubmission]) -> list[Receipt]:
        """Append *items*, all or none, and return their receipts once they are committed."""
        waiting = Waiting(items, asyncio.get_running_loop().create_future())
        self._queues[round_id].append(waiting)
        if round_id not in self._writers:
            self._writers[round_id] = asyncio.create_task(self._write(round_id))
        return await waiting.receipts

    async def _write(self, round_id: int) -> None:
        """Write what waits for the round, transaction after transaction, until nothing does."""
        try:
            while round_id in self._queues:
                # One request must not fail because of another: each goes again by itself.
                for each in await self._commit(round_id, self._gather(round_id)):
                    await self._commit(round_id, [each])
        finally:
            del self._writers[round_id]

    def _gather(self, round_id: int) -> list[Waiting]:
        """Take from the queue what one transaction may write.

        Never two experts' marks of one applicant and measure: neither could read the other's, but
        by the order of their ids one could have.
        """
        queue, gathered, size = self._queues[round_id], list[Waiting](), 0
        marked: dict[tuple[str, str], int] = {}
        while queue and (not gathered or size + len(queue[0].items) <= MOST_ITEMS):
            marks = {each.mark[:2]: each.reporter for each in queue[0].items if each.is_mark}
            if any(marked.get(pair, expert) != expert for pair, expert in marks.items()):
                break
            marked |= marks
            size += len(queue[0].items)
            gathered.append(queue.pop(0))
        if not queue:
            del self._queues[round_id]
        return gathered

    async def _commit(self, round_id: int, gathered: list[Waiting]) -> list[Waiting]:
        """Write what was *gathered* in one transaction and hand out the receipts, or the error.

        Returns who is to try again by itself: those who failed together, if nobody knows because of
        whom.
        """
        items = [item for each in gathered for item in each.items]
        try:
            async with self._database.driver() as driver:
                receipts = await recording.record(driver, round_id, items)
        except Exception as error:  # noqa: BLE001 -- it belongs to whoever waits
            if len(gathered) > 1 and not (out_of_reach(error) or cut_off(error)):
                return gathered
            for each in gathered:
                if not each.receipts.done():
                    each.receipts.set_exception(error)
            return []
        start = 0
        for each in gathered:
            if not each.receipts.done():
                each.receipts.set_result(receipts[start : start + len(each.items)])
            start += len(each.items)
        return []
