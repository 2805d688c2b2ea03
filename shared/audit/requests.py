"""Requests to be noted, gathered within bounds: who sends them does not decide how much is kept.

In each window, the first few requests that are alike become a row each and the others one row
with their count; of what is alike there may be so many kinds, and all beyond are one row. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

WINDOW_SECONDS = 60.0
ONE_BY_ONE = 3
"""Requests alike in one window that become a row each."""
MOST_OF_STRANGERS = 20
MOST_OF_KEYS = 200
"""Kinds of requests in one window, by callers without and with a key in force."""
MOST_WAITING = 2_000
"""Rows that wait to be written; more are given up, and only counted."""


class Extent(StrEnum):
    """How many requests a row stands for. Stored."""

    REQUEST = "request"  # the one that it describes
    ALIKE = "alike"  # further ones by the same caller, like the one that it describes
    OTHERS = "others"  # any, since there were too many kinds
    LOST = "lost"  # any, since they could not be written for too long


@dataclass(frozen=True, slots=True)
class Noted:
    """A request that was refused, by which type of *problem*, or one that read; then that is empty.

    *actor*, *key* (its number, 0 of a token) and *role* are of who called, if that was found out;
    else *sha256* is of what was sent, if it is written as a key. *path* is the template of the
    operation, *round* what stands for the round in it. *address* is empty where it is not known.
    """

    actor: str
    key: int | None
    role: str | None
    sha256: bytes | None
    method: str
    path: str
    status: int
    problem: str
    address: str
    round: str | None
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """What is written: so many requests, the last of which is *noted*; None: of several kinds."""

    extent: Extent
    count: int
    noted: Noted | None = None


Alike: TypeAlias = tuple[int | str, str, str, str, str | None]


@dataclass(slots=True)
class _Kind:
    seen: int = 0
    last: Noted | None = None


@dataclass(slots=True)
class Gathered:
    """What was noted and is not written yet. *now* is in seconds, of a steady clock."""

    waiting: list[Row] = field(default_factory=list)
    _lost: int = 0
    _ends: float = 0.0
    _kinds: tuple[dict[Alike, _Kind], dict[Alike, _Kind]] = field(default_factory=lambda: ({}, {}))
    _others: int = 0

    def note(self, noted: Noted, now: float) -> None:
        """Take in one request."""
        if now >= self._ends:
            self.sum_up(now)
        kind = self._kind(noted)
        if kind is None:
            self._others += 1
            return
        kind.seen += 1
        if kind.seen <= ONE_BY_ONE:
            self._append(Row(Extent.REQUEST, 1, noted))
        else:
            kind.last = noted

    def take(self, now: float) -> list[Row]:
        """Return what is to be written now, and wait with it no longer."""
        if now >= self._ends:
            self.sum_up(now)
        rows, self.waiting = self.waiting, []
        if self._lost:
            rows.append(Row(Extent.LOST, self._lost))
            self._lost = 0
        return rows

    def give_back(self, rows: Sequence[Row]) -> None:
        """Wait again with *rows*, which could not be written, before all that came meanwhile."""
        later, self.waiting = self.waiting, []
        for row in (*rows, *later):
            self._append(row)

    def sum_up(self, now: float) -> None:
        """End the window, and begin the next one."""
        self._ends = now + WINDOW_SECONDS
        for kinds in self._kinds:
            for kind in kinds.values():
                if kind.last is not None:
                    self._append(Row(Extent.ALIKE, kind.seen - ONE_BY_ONE, kind.last))
            kinds.clear()
        if self._others:
            self._append(Row(Extent.OTHERS, self._others))
            self._others = 0

    def _kind(self, noted: Noted) -> _Kind | None:
        """Return what *noted* is counted with, None if there are too many kinds."""
        known = noted.key is not None
        kinds, most = self._kinds[known], MOST_OF_KEYS if known else MOST_OF_STRANGERS
        who = noted.address if noted.key is None else noted.key or noted.actor
        alike = (who, noted.problem, noted.method, noted.path, noted.round)
        if alike not in kinds and len(kinds) >= most:
            return None
        return kinds.setdefault(alike, _Kind())

    def _append(self, row: Row) -> None:
        if row.extent is Extent.LOST or len(self.waiting) >= MOST_WAITING:
            self._lost += row.count
        else:
            self.waiting.append(row)
