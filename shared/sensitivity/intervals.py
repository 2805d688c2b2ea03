"""How sure each place was when it was last asked: the interval that most draws have a rank in."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import TTLCache

from shared.core.flights import Flights
from shared.database import Database
from shared.operations import store as operations
from shared.operations.model import Operation
from shared.sensitivity.service import KIND

ROUNDS_KEPT, KEPT_SECONDS = 1_000, 2.0


@dataclass(frozen=True, slots=True)
class Interval:
    """From the 5th to the 95th percentile of an applicant's ranks, both included."""

    low: int
    high: int


class Intervals:
    """The answers to how sure rankings are, as far as they are known."""

    def __init__(self, database: Database) -> None:
        """Ask *database* which analysis is the newest, whenever that may have changed."""
        self._database = database
        self._flights = Flights[Operation | None]()
        self._heard = 0
        self._newest: TTLCache[int, Operation | None] = TTLCache(
            ROUNDS_KEPT, KEPT_SECONDS, timer=time.monotonic
        )

    def heard(self, round_id: int | None) -> None:
        """Forget what was known of a round, or of all: an operation may have ended."""
        self._heard += 1
        if round_id is None:
            self._newest.clear()
        else:
            self._newest.pop(round_id, None)

    async def newest(self, round_id: int) -> Operation | None:
        """Return the newest analysis of the latest run that has a result, if there is any."""
        try:
            return self._newest[round_id]
        except KeyError:
            heard = self._heard
        # What was looked up before an end was heard of is no answer to who asks after it.
        found = await self._flights.share((round_id, heard), lambda: self._look(round_id))
        if heard == self._heard:
            self._newest[round_id] = found
        return found

    async def _look(self, round_id: int) -> Operation | None:
        async with self._database.reading() as session:
            return await operations.newest_done(session, round_id, KIND)

    async def of(
        self, round_id: int, analysis: Operation, applicants: Sequence[str]
    ) -> dict[str, Interval]:
        """Return the intervals of those of *applicants* who were ranked, by code."""
        async with self._database.reading() as session:
            found = await operations.items_of(session, round_id, analysis.id, applicants)
        return {each["applicant"]: Interval(each["low"], each["high"]) for each in found}
