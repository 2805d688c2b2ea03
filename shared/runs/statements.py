"""What reporters said as columns, and what stands once more has been said.

`shared.submissions.standing` says what stands, in SQL that reads all that was ever said. Whoever
knows what stood needs only what was said since, unless a statement that stood was taken back: what
stands in its place lies further back. Tests hold both to the same.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.scoring.arrays import BoolArray, FloatArray, IntArray, runs
from shared.scoring.resolve import Evidence

NEVER = np.iinfo(np.int32).min

Small = NDArray[np.int32]


@dataclass(frozen=True)
class Statements:
    """What was said: a row per statement, 45 bytes each. All arrays have shape (rows,).

    The columns are those of `Evidence`, by whom and in which revision beside them. What takes a
    date back has no *value*: NaN.
    """

    applicant: Small
    measure: Small
    kind: Small
    as_of: Small
    revision: Small
    reporter: IntArray
    id: IntArray
    value: FloatArray
    revised: BoolArray

    def take(self, rows: NDArray[Any]) -> "Statements":
        """Give the rows that an index or a mask names."""
        return Statements(**{name: column[rows] for name, column in vars(self).items()})

    def beside(self, other: "Statements") -> "Statements":
        """Give these rows and then the *other* ones."""
        rest = vars(other)
        return Statements(
            **{name: np.concatenate((each, rest[name])) for name, each in vars(self).items()}
        )

    def replaced(self, rows: IntArray, others: "Statements") -> "Statements":
        """Give these with as many *others* in the place of those at *rows*.

        A column in which these are alike is shared: of a correction, most are.
        """
        columns = dict(vars(self))
        for name, column in vars(others).items():
            if not np.array_equal(columns[name][rows], column, equal_nan=name == "value"):
                columns[name] = columns[name].copy()
                columns[name][rows] = column
        return Statements(**columns)

    def among(self, applicants: IntArray) -> "Statements":
        """Say of whom they are by other positions: those that *applicants* has at the ones here."""
        return replace(self, applicant=applicants[self.applicant].astype(np.int32))

    @property
    def evidence(self) -> Evidence:
        """What is to be resolved, of applicants as they are numbered here."""
        return self._evidence(np.arange(len(self)), self.applicant.astype(np.int64))

    def of(self, applicants: IntArray, cohort: int) -> Evidence:
        """Give the evidence of some *applicants* of a *cohort*, as positions among them."""
        place = np.zeros(cohort, np.int64)
        place[applicants] = np.arange(len(applicants))
        rows = self.rows_of(applicants, cohort)
        return self._evidence(rows, place[self.applicant[rows]])

    def rows_of(self, applicants: NDArray[Any], cohort: int) -> IntArray:
        """Return the ascending rows of some *applicants* of a *cohort*; most often it is one."""
        if len(applicants) == 1:
            return np.flatnonzero(self.applicant == applicants[0])
        return np.flatnonzero(_mask(applicants, cohort).take(self.applicant))

    def _evidence(self, rows: IntArray, applicant: IntArray) -> Evidence:
        return Evidence(
            applicant=applicant,
            measure=self.measure[rows].astype(np.int64),
            kind=self.kind[rows].astype(np.int64),
            as_of=self.as_of[rows].astype(np.int64),
            id=self.id[rows],
            value=self.value[rows],
            revised=self.revised[rows],
        )

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True)
class Kept:
    """What stands of some of a cohort, by the rules of a framework on a reference date.

    *holds*, of shape (applicants,), says of whom: of each of them all that stands is here.
    """

    rules: tuple[int, date]
    holds: BoolArray
    statements: Statements

    def with_read(self, applicants: IntArray, read: Statements) -> "Kept":
        """Take in what stands of more *applicants*; *read* has positions among them."""
        holds = self.holds.copy()
        holds[applicants] = True
        return Kept(self.rules, holds, self.statements.beside(read.among(applicants)))

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return sum(column.nbytes for column in vars(self.statements).values())


def nothing(rules: tuple[int, date], applicants: int) -> Kept:
    """Keep nothing yet of a cohort of so many *applicants*."""
    small, large = np.zeros(0, np.int32), np.zeros(0, np.int64)
    none = np.zeros(0, np.bool_)
    empty = Statements(small, small, small, small, small, large, large, np.zeros(0), none)
    return Kept(rules, np.zeros(applicants, np.bool_), empty)


def follow(kept: Kept, said: Statements, panels: IntArray) -> Kept:
    """Return what stands once more was *said* of applicants that are held.

    Whoever lost what stood is no longer held, and must be read anew; so is who got marks, measures
    of *panels*, since whether they were changed after sight depends on all marks before.
    """
    if not len(said):
        return kept
    size = len(kept.holds)
    near = kept.statements.rows_of(np.flatnonzero(_mask(said.applicant, size)), size)
    marked = said.applicant[np.isin(said.measure, panels)]
    renewed = None if len(marked) else _renewed(kept.statements, near, said)
    if renewed is not None:
        return replace(kept, statements=kept.statements.replaced(renewed, said))
    every = kept.statements.take(near).beside(said)
    stands, lost = _standing(every, len(every) - len(said))
    unsure = _mask(lost, size) | _mask(marked, size)
    stands = stands[~unsure[every.applicant[stands]]]
    new = every.take(stands)
    if len(new) == len(near):
        now = kept.statements.replaced(near, new)
    else:
        others = np.ones(len(kept.statements), np.bool_)
        others[near] = False
        now = kept.statements.take(others).beside(new)
    return Kept(kept.rules, kept.holds & ~unsure, now)


def _mask(applicants: NDArray[Any], size: int) -> BoolArray:
    mask = np.zeros(size, np.bool_)
    mask[applicants] = True
    return mask


def _renewed(stood: Statements, near: IntArray, said: Statements) -> IntArray | None:
    """Give the row *near* that each of *said* takes the place of; None if one takes no such place.

    Most do: the reporter's word on the same applicant and measure stood, what is said is of a later
    date or a later revision of that date, takes nothing back, and is the only one.
    """
    if not len(near):
        return None
    before, now = _by_whom(stood, near, said)
    order = np.argsort(before, kind="stable")
    at = np.minimum(np.searchsorted(before[order], now), len(near) - 1)
    rows = near[order[at]]
    dates, revisions = stood.as_of[rows], stood.revision[rows]
    later = (said.as_of > dates) | (said.as_of == dates) & (said.revision > revisions)
    renews = later & (before[order[at]] == now) & ~np.isnan(said.value)
    alone = np.count_nonzero(_mask(rows, len(stood))) == len(rows)
    return rows if alone and renews.all() else None


def _by_whom(stood: Statements, near: IntArray, said: Statements) -> tuple[IntArray, IntArray]:
    """Return numbers that are equal where rows *near* and *said* are by one reporter of the same.

    Applicants, measures and reporters are few enough for one number: a hundred thousand, a thousand
    and the reporters that can be counted with 36 bits.
    """
    before, now = np.zeros(len(near), np.int64), np.zeros(len(said), np.int64)
    for name in ("applicant", "measure", "reporter"):
        old, new = getattr(stood, name)[near], getattr(said, name)
        least = min(old.min(), new.min())
        span = np.int64(max(old.max(), new.max())) - least + 1
        before, now = before * span + (old - least), now * span + (new - least)
    return before, now


def _standing(every: Statements, stood: int) -> tuple[IntArray, Small]:
    """Give which rows stand, and the applicants of whom something was lost that did.

    The first *stood* rows stood before the others were said. Of what a reporter said of a date the
    last revision holds, and one that takes back leaves nothing; of the dates the greatest stands.
    """
    by = every.applicant, every.measure, every.reporter, every.as_of
    order = np.lexsort((every.revision, *reversed(by)))
    start, length = runs(*(column[order] for column in by))
    held = np.logical_or.reduceat(order < stood, start)
    word = order[start + length - 1]
    back, dates = np.isnan(every.value[word]), every.as_of[word]
    first, length = runs(*(column[word] for column in by[:3]))
    latest = np.maximum.reduceat(np.where(back, NEVER, dates), first)
    gone = np.maximum.reduceat(np.where(back & held, dates, NEVER), first)
    stands = ~back & (dates == np.repeat(latest, length))
    return word[stands], every.applicant[word[first[gone > latest]]]
