"""Reading a file part by part: each row with what it comes to, and what only all of them tell."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec

from shared.batches import slices
from shared.batches.admission import Outcome, admit, without_twins
from shared.batches.formats import READERS, declared
from shared.batches.limits import MOST_ROWS
from shared.batches.rows import Row
from shared.batches.slices import Declared, Slice
from shared.core.errors import Finding, Invalid, TooManyRows
from shared.core.principal import Principal
from shared.scoring.framework import Framework
from shared.submissions.store import NewSubmission

PART = 2_500
"""Rows that are read before they are judged: some 25 ms of ours, and as many of the database's."""


@dataclass(frozen=True, slots=True)
class Push:
    """A file, and how it is to be taken: as a whole, or *lenient*, row by row.

    *declared* is the slice that the request says it covers, unless the file says so itself;
    *expected* the revision that must stand of every row which names none itself.
    """

    format: str
    body: bytes
    lenient: bool
    request_id: str
    declared: Declared | None = None
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """The rows of a file, what each comes to, the file's SHA-256, and the slice it declares.

    *admitted* are those of the outcomes with which nothing is wrong, as far as is known without the
    database.
    """

    rows: list[Row]
    outcomes: list[Outcome]
    admitted: list[NewSubmission]
    sha256: str
    slice: Slice | None

    @property
    def is_sound(self) -> bool:
        """Whether every row was admitted."""
        return len(self.admitted) == len(self.outcomes)


class Reading:
    """A file while it is read; every step is for a thread. Raises: FileUnreadable, TooManyRows."""

    def __init__(self, framework: Framework, who: Principal, push: Push) -> None:
        """Read nothing yet."""
        self._framework, self._who, self._push = framework, who, push
        self.is_over = False
        self._rows, self._outcomes = list[Row](), list[Outcome]()
        self._rest = iter(admit(framework, who, push.request_id, self._passing()))

    def part(self) -> list[NewSubmission]:
        """Read on; return what was admitted of the rows that were read.

        The first part is half as long: until it is read there is nothing to judge.
        """
        begin = len(self._outcomes)
        most = PART if begin else (PART + 1) // 2
        self._outcomes += islice(self._rest, most)
        self.is_over = len(self._outcomes) < begin + most
        return _admitted(self._outcomes[begin:])

    def file(self) -> File:
        """Return what was read to the end; then rows are refused, too, for what others say.

        Raises: Invalid, FileUnreadable.
        """
        rows, push = self._rows, self._push
        if not rows:
            finding = Finding("", "no-rows", "There is no row in it.")
            raise Invalid("the file has no rows", (finding,))
        said = declared(push.format, push.body, push.declared)
        slice_ = None if said is None else slices.read(self._framework, self._who, said)
        outcomes = without_twins(rows, self._outcomes)
        if slice_ is not None:
            outcomes = slices.within(slice_, outcomes)
        digest = hashlib.sha256(push.body).hexdigest()
        return File(rows, outcomes, _admitted(outcomes), digest, slice_)

    def _passing(self) -> Iterator[Row]:
        """Yield the rows, and keep each."""
        rows = READERS[self._push.format](self._push.body)
        for row in map(self._expecting, islice(rows, MOST_ROWS)):
            self._rows.append(row)
            yield row
        if next(rows, None) is not None:
            raise TooManyRows(f"a batch has at most {MOST_ROWS} rows", most=MOST_ROWS)

    def _expecting(self, row: Row) -> Row:
        """Return *row* with what all are to expect, unless it says so itself or is unreadable."""
        if self._push.expected is None or "expected_revision" in row.members or row.findings:
            return row
        members = {**row.members, "expected_revision": self._push.expected}
        return msgspec.structs.replace(row, members=members)


def read(framework: Framework, who: Principal, push: Push) -> File:
    """Read and admit a whole file. Raises: FileUnreadable, TooManyRows, Invalid."""
    reading = Reading(framework, who, push)
    while not reading.is_over:
        reading.part()
    return reading.file()


def _admitted(outcomes: list[Outcome]) -> list[NewSubmission]:
    return [each for each in outcomes if isinstance(each, NewSubmission)]
