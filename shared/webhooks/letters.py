"""What is delivered: events as bodies, made once for all who subscribed."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import merge
from operator import attrgetter
from typing import Any, NamedTuple

from cachetools import LRUCache

from shared.core import moments
from shared.core.flights import Flights
from shared.database import Database
from shared.live import happenings
from shared.live.happenings import Audience, Placed
from shared.webhooks.delivery_store import Outstanding

MOST_AT_ONCE = 50
"""Events of a round and kind that are read at once."""

KEPT_BYTES = 16 * 2**20
OWN_BYTES = 500
"""Of a letter, beside its body."""


class Letter(NamedTuple):
    """An event as it is delivered, the same to all and each time: it follows *position*."""

    recorded_at: datetime
    number: str
    at: Outstanding
    position: int
    body: bytes


class Letters:
    """The letters of what happened, those of late kept."""

    def __init__(self, database: Database) -> None:
        """Read what happened from *database*."""
        self._database = database
        self._flights = Flights[list[Placed]]()
        self._kept: LRUCache[Outstanding, list[Letter]] = LRUCache(KEPT_BYTES, getsizeof=_size)

    async def of(self, lanes: Iterable[Outstanding]) -> list[Letter]:
        """Return the next letters of all *lanes* in the order in which they happened."""
        lanes = list(lanes)
        found = [await self._next(each) for each in lanes]
        more = [
            bool(it) and it[-1].position + 1 < at.until for it, at in zip(found, lanes, strict=True)
        ]
        return in_order(found, more)

    async def _next(self, at: Outstanding) -> list[Letter]:
        """Return the first letters of a lane. Who may subscribe at all is told the whole."""
        at = at._replace(until=min(at.until, at.since + MOST_AT_ONCE))
        kept = self._kept.get(at)
        if kept is None:
            audience = Audience(at.round_id, at.code, whole=True)
            found = await self._flights.share(
                at,
                lambda: happenings.of_kind(self._database, audience, at.kind, at.since, at.until),
            )
            kept = self._kept[at] = [_letter(at, each) for each in found]
        return kept


def in_order(lanes: Sequence[Sequence[Letter]], more: Sequence[bool]) -> list[Letter]:
    """Merge *lanes*, each in its order, by when it happened.

    Of some there is *more* than was read: letters end with the last of the first such lane to end.
    """
    merged = list(merge(*lanes, key=attrgetter("recorded_at")))
    ends = [lane[-1] for lane, unread in zip(lanes, more, strict=True) if unread]
    return merged[: min(map(merged.index, ends), default=len(merged)) + 1]


def written(kind: str, moment: datetime, data: dict[str, Any]) -> bytes:
    """Return the body of a delivery."""
    said = {"type": kind, "timestamp": moments.written(moment), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _letter(at: Outstanding, event: Placed) -> Letter:
    number = f"{at.kind}-{at.round_id}-{event.position}"
    body = written(at.kind, event.recorded_at, {"round": at.code} | event.members)
    return Letter(event.recorded_at, number, at, event.position - 1, body)


def _size(letters: list[Letter]) -> int:
    return min(sum(len(each.body) + OWN_BYTES for each in letters), KEPT_BYTES)
