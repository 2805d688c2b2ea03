"""What moved the totals of a round from one run to another, and whose submissions did. Pure."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from shared.attributions.parts import Parts, parts
from shared.attributions.stages import CAUSES, OWN, Cause, Standing, reads, staged
from shared.attributions.store import Said, State
from shared.scoring.arrays import BoolArray, IntArray
from shared.scoring.framework import Framework
from shared.scoring.rank import rank

MOST_NAMED = 100
"""Submissions that a part names, the earliest first; how many there are, it says in any case."""


@dataclass(frozen=True, slots=True)
class Read:
    """What two runs are compared by; applicants are positions among *applicants*.

    *again*, of shape (rows,), are the applicants whose evidence was read, as positions in which
    *stood* and *stands* name theirs; *said* is what the runs between took in.
    """

    applicants: Sequence[str]
    kinds: Sequence[str]
    before: State
    after: State
    again: IntArray
    stood: Standing
    stands: Standing
    said: Said


@dataclass(frozen=True, slots=True)
class Side:
    """Where everybody stood in a run: all of shape (applicants,); rank 0 is none.

    *overall* is the place among all, *own* that within the kind.
    """

    present: BoolArray
    total: IntArray
    overall: IntArray
    own: IntArray


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause did to a total, in units, and so many submissions, the first by id."""

    cause: Cause
    units: int
    submissions: Sequence[int]
    count: int


@dataclass(frozen=True)
class Attribution:
    """The way from one run to another. *causes*, of shape (submissions,), are of *said*."""

    applicants: Sequence[str]
    kinds: Sequence[str]
    before: Side
    after: Side
    parts: Parts
    said: Said
    causes: IntArray
    reads: BoolArray
    """Which measures each indicator reads: (indicators, measures)."""
    shown: BoolArray
    """Of whom is told: (applicants,)."""
    _of_others: dict[tuple[str, bytes], IntArray] = field(default_factory=dict)

    def within(
        self,
        framework: Framework,
        applicants: AbstractSet[str] | None,
        measures: AbstractSet[str] | None,
    ) -> "Attribution":
        """Return what a reader is told that is limited to these codes; None is no limit.

        Of others it is not told that they moved, and no submission of what it does not reach is
        named or counted. What all of it together did to a total it reaches is told, as scores are.
        """
        if applicants is None and measures is None:
            return self
        shown = np.array([applicants is None or each in applicants for each in self.applicants])
        told = shown[self.said.applicant]
        if measures is not None:
            reached = np.array([each in measures for each in framework.measure_codes])
            told &= reached[self.said.measure]
        said = Said(**{name: getattr(self.said, name)[told] for name in Said.__slots__})
        return replace(self, said=said, causes=self.causes[told], shown=shown, _of_others={})

    def moved(self, kind: str | None) -> IntArray:
        """Return the positions of who moved, of one kind or of all: largest change first."""
        was, now = (
            each.overall if kind is None else each.own for each in (self.before, self.after)
        )
        change = np.abs(self.after.total - self.before.total)
        differs = (change != 0) | (was != now) | self.parts.units.any(axis=1)
        differs |= self.before.present != self.after.present
        if kind is not None:
            differs &= np.array(self.kinds, dtype=np.str_) == kind
        rows = np.flatnonzero(differs & self.shown)
        return rows[np.argsort(-change[rows], kind="stable")]

    def of(self, applicant: int) -> list[Part]:
        """Return the parts of an applicant's change that are not 0, in the order of causes."""
        found = []
        for position in np.flatnonzero(self.parts.units[applicant]).tolist():
            behind, count = self._behind(applicant, position)
            units = int(self.parts.units[applicant, position])
            found.append(Part(CAUSES[position], units, self.said.id[behind].tolist(), count))
        return found

    def _behind(self, applicant: int, cause: int) -> tuple[IntArray, int]:
        """Return the first submissions behind a part, at most so many, and how many there are."""
        own = self._own(applicant)
        if CAUSES[cause] in OWN:
            behind = own[self.causes[own] == cause]
            return behind[:MOST_NAMED], len(behind)
        if CAUSES[cause] is not Cause.OTHERS:
            return own[:0], 0
        lines = self.parts.lines[applicant]
        among = self._by_lines(self.kinds[applicant], lines)
        of_itself = np.count_nonzero(self._measures(lines)[self.said.measure[own]])
        first = among[: MOST_NAMED + of_itself]
        first = first[self.said.applicant[first] != applicant]
        return first[:MOST_NAMED], len(among) - int(of_itself)

    def _measures(self, lines: BoolArray) -> BoolArray:
        """Say which measures some of these *lines* read."""
        read: BoolArray = np.logical_or.reduce(self.reads[lines], axis=0)
        return read

    def _own(self, applicant: int) -> IntArray:
        order, ordered = self._by_applicant
        begin, end = np.searchsorted(ordered, [applicant, applicant + 1]).tolist()
        return order[begin:end]

    @cached_property
    def _by_applicant(self) -> tuple[IntArray, IntArray]:
        order = np.argsort(self.said.applicant, kind="stable")
        return order, self.said.applicant[order]

    def _by_lines(self, kind: str, lines: BoolArray) -> IntArray:
        """Return the submissions on applicants of a *kind* that some of these *lines* rest on."""
        key = kind, lines.tobytes()
        if key not in self._of_others:
            measures = self._measures(lines)
            alike = np.array([each == kind for each in self.kinds], np.bool_)
            wanted = measures[self.said.measure] & alike[self.said.applicant]
            self._of_others[key] = np.flatnonzero(wanted)
        return self._of_others[key]


def attributed(framework: Framework, read: Read) -> Attribution:
    """Work out what moved whom."""
    _, cohort = np.unique(np.array(read.kinds, dtype=np.str_), return_inverse=True)
    place = np.full(len(read.applicants), -1)
    place[read.again] = np.arange(len(read.again))
    concerned = place[read.said.applicant] >= 0
    said = Said(**{name: getattr(read.said, name)[concerned] for name in Said.__slots__})
    local = Said(said.id, place[said.applicant], said.measure, said.kind, said.reporter)
    taken = staged(framework, len(read.again), read.stood, read.stands, local)
    return Attribution(
        applicants=read.applicants,
        kinds=read.kinds,
        before=_side(read.before, cohort),
        after=_side(read.after, cohort),
        parts=parts(framework, cohort, read.before, read.after, (read.again, taken)),
        said=said,
        causes=taken.causes,
        reads=reads(framework),
        shown=np.ones(len(read.applicants), np.bool_),
    )


def _side(state: State, cohort: IntArray) -> Side:
    here = state.applicant
    side = Side(
        np.zeros(len(cohort), np.bool_), *(np.zeros(len(cohort), np.int64) for _ in range(3))
    )
    side.present[here], side.total[here] = True, state.total
    side.overall[here] = rank(state.total, np.zeros_like(here), state.blocked).rank
    side.own[here] = rank(state.total, cohort[here], state.blocked).rank
    return side
