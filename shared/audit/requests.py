"""Requests to be noted, gathered within bounds: who sends them does not decide how much is kept.

In each window, the first few requests that are alike become a row each and the others one row
with their count. Of one caller and answer there may be so many kinds; further ones are alike if
they were of one operation, of which there are only so many. So nobody hides one refusal among
others, neither its own nor another caller's. Pure.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

WINDOW_SECONDS = 60.0
ONE_BY_ONE = 3
"""Requests alike in one window that become a row each."""
MOST_OF_ONE = 20
"""Kinds of requests in one window that one caller with a key is answered alike, or all without."""
MOST_KINDS = 5_000
"""Kinds in one window in all, so that memory is bounded whatever the number of keys."""
MOST_TRIED = 100
"""Keys that opened nothing of which is remembered that they were tried, among requests alike."""
MOST_WAITING = 2_000
"""Rows that wait to be written; more are given up, and only counted."""
MOST_EACH = 10_000
"""The same where each request is a row: what a gateway takes in some seconds."""


class Extent(StrEnum):
    """How many requests a row stands for. Stored."""

    REQUEST = "request"  # the one that it describes
    ALIKE = "alike"  # further ones by the same caller or strangers, like the one that it describes
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
    """What is written: so many requests, the last of which is *noted*; None: of several kinds.

    *tried* is of the keys that were sent with them and opened nothing, as `Noted.sha256`.
    """

    extent: Extent
    count: int
    noted: Noted | None = None
    tried: frozenset[bytes] = frozenset()


Caller: TypeAlias = int | str
"""A key's number, who has tokens by name, or an address."""

Alike: TypeAlias = tuple[Caller | None, str, str, str, str | None]
STRANGERS = None


@dataclass(slots=True)
class _Kind:
    """Of how many requests that were *seen* none is a row yet, the *last* and keys *tried*."""

    one_by_one: int = ONE_BY_ONE
    seen: int = 0
    last: Noted | None = None
    tried: set[bytes] = field(default_factory=set)

    def add(self, noted: Noted) -> None:
        self.seen += 1
        self.last = noted
        if noted.sha256 is not None and len(self.tried) < MOST_TRIED:
            self.tried.add(noted.sha256)


@dataclass(slots=True)
class Gathered:
    """What was noted and is not written yet. *now* is in seconds, of a steady clock.

    There are *most_of_one* kinds of one caller and answer, and none where *each* request is a row.
    """

    most_of_one: int = MOST_OF_ONE
    each: bool = False
    waiting: list[Row] = field(default_factory=list)
    _lost: int = 0
    _ends: float = 0.0
    _kinds: dict[Alike, _Kind] = field(default_factory=dict)
    _of_one: Counter[tuple[Caller | None, int]] = field(default_factory=Counter)
    _others: int = 0

    def note(self, noted: Noted, now: float) -> None:
        """Take in one request."""
        if self.each:
            self._append(Row(Extent.REQUEST, 1, noted))
            return
        if now >= self._ends:
            self.sum_up(now)
        kind = self._kind(noted)
        if kind is None:
            self._others += 1
        elif kind.one_by_one:
            kind.one_by_one -= 1
            tried = frozenset() if noted.sha256 is None else frozenset([noted.sha256])
            self._append(Row(Extent.REQUEST, 1, noted, tried))
        else:
            kind.add(noted)

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
        for alike, kind in self._kinds.items():
            if kind.last is not None:
                common = _in_common(kind.last, alike)
                self._append(Row(Extent.ALIKE, kind.seen, common, frozenset(kind.tried)))
        self._kinds.clear()
        self._of_one.clear()
        if self._others:
            self._append(Row(Extent.OTHERS, self._others))
            self._others = 0

    def _kind(self, noted: Noted) -> _Kind | None:
        """Return what *noted* is counted with, None if there are too many kinds."""
        caller = noted.address if noted.key is None else noted.key or noted.actor
        alike: Alike = (caller, noted.problem, noted.method, noted.path, noted.round)
        if alike in self._kinds:
            return self._kinds[alike]
        one = STRANGERS if noted.key is None else caller
        fine = self._of_one[one, noted.status] < self.most_of_one
        if not fine:
            alike = (one, noted.problem, noted.method, noted.path, None)
        if alike not in self._kinds and len(self._kinds) >= MOST_KINDS:
            return None
        if fine:
            self._of_one[one, noted.status] += 1
        return self._kinds.setdefault(alike, _Kind(ONE_BY_ONE if fine else 0))

    def _append(self, row: Row) -> None:
        most = MOST_EACH if self.each else MOST_WAITING
        if row.extent is Extent.LOST or len(self.waiting) >= most:
            self._lost += row.count
        else:
            self.waiting.append(row)


def _in_common(noted: Noted, alike: Alike) -> Noted:
    """Return what those that are *alike* have in common with the last of them, *noted*."""
    caller, *_, round_ = alike
    address = "" if caller is STRANGERS else noted.address
    return replace(noted, address=address, sha256=None, round=round_)
