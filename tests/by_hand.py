"""A second opinion on docs/worked-example.md: its round, worked in fractions from its own words.

What is reported and the rules are read from the document, all else follows from them. Nothing here
is taken from the code under test. A value or share of None is missing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Final

from tests.documents import rows, section

Rows = list[list[str]]

NOTHING: Final = "—"
UNIT: Final = 10_000
TOLERANCE: Final = Fraction(1, 20)
REPORTERS: Final = {"source": "source", "applicant": "portal"}
"""Under which role each kind reports, the kind that outranks first."""

WITHDRAWN: Final = "withdrawn"
LATER: Final = "later than the reference date"
FOLLOWED: Final = "followed by a later date"
OUTRANKED: Final = "a source outranks it"


@dataclass(frozen=True)
class Said:
    """One value that was reported, as the document writes it."""

    measure: str
    applicant: str
    kind: str
    reporter: str
    as_of: date
    text: str

    @property
    def value(self) -> int | list[str] | None:
        """The value as it is submitted: a number, codes, or None where it is taken back."""
        if self.text == "withdrawn":
            return None
        if self.measure != "scenarios":
            return int(self.text)
        spans = [re.findall(r"\d+", span) for span in self.text.split(", ") if span != "none"]
        return [f"S{n:02}" for first, last in spans for n in range(int(first), int(last) + 1)]

    @property
    def number(self) -> int:
        """The value as it is counted: of codes, how many there are."""
        value = self.value
        assert value is not None
        return value if isinstance(value, int) else len(value)


@dataclass(frozen=True)
class Aside:
    """A value that does not count, why, and what counts instead."""

    said: Said
    why: str
    counts: Said | None

    @property
    def apart(self) -> Fraction:
        """How far another kind's value is from the one that counts, as a share of that."""
        if self.why != OUTRANKED or self.counts is None:
            return Fraction(0)
        return Fraction(abs(self.said.number - self.counts.number), self.counts.number)


@dataclass(frozen=True)
class Counted:
    """What counts of a measure: its working, its value, and whether another differs too much."""

    working: str
    value: Fraction
    disputed: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a score; *against* is what the value is divided by, *full* is in points."""

    indicator: str
    applicant: str
    working: str
    value: Fraction | None
    against: Fraction
    full: int
    flags: Sequence[str]

    @property
    def share(self) -> Fraction | None:
        """The share of the points."""
        if self.value is None:
            return None
        return self.value / self.against if self.against else Fraction(0)

    @property
    def dimension(self) -> str:
        """The code of its dimension."""
        return self.indicator.partition("-")[0]

    @property
    def missing(self) -> bool:
        """Whether there is no value."""
        return self.value is None

    @property
    def points(self) -> Fraction:
        """The points before they are rounded."""
        return (self.share or Fraction(0)) * self.full

    @property
    def units(self) -> int:
        """The points, rounded half up, in units of the last decimal."""
        return floor(self.points * UNIT + Fraction(1, 2))


@dataclass(frozen=True)
class Place:
    """A total in units among *others*, the totals of its kind, its own included."""

    total: int
    others: Sequence[int]
    everybody: Sequence[int]

    @property
    def rank(self) -> int:
        """One more than there are greater totals."""
        return 1 + sum(other > self.total for other in self.others)

    @property
    def overall(self) -> int:
        """The same among all kinds."""
        return 1 + sum(other > self.total for other in self.everybody)

    @property
    def tied(self) -> int:
        """How many have this total."""
        return self.others.count(self.total)

    @property
    def below(self) -> int:
        """How many totals are less."""
        return sum(other < self.total for other in self.others)

    @property
    def percentile(self) -> Fraction:
        """Who is below and half of who ties, in per cent of the others."""
        rest = len(self.others) - 1
        return 100 * (self.below + Fraction(self.tied - 1, 2)) / rest if rest else Fraction(100)

    @property
    def index(self) -> Fraction:
        """The way from the least total to the greatest, in per cent."""
        least, greatest = min(self.others), max(self.others)
        if least == greatest:
            return Fraction(100)
        return Fraction(100 * (self.total - least), greatest - least)


class Round:
    """The round of the document *text*: what is reported in it, and all that follows."""

    def __init__(self, text: str) -> None:
        applicants = rows(section(text, "## Applicants"))
        self.kinds = {code: kind for code, kind, *_ in applicants}
        (day,) = re.findall(r"reference date is (\d{4}-\d{2}-\d{2})", text)
        self.reference_date = date.fromisoformat(day)
        self.rules = rows(section(text, "## Rules"))
        self.said = [
            *self._counts(rows(section(text, "### Counts and scenarios"))),
            *self._marks(rows(section(text, "### Marks"))),
        ]
        self.set_aside: list[Aside] = []
        by_cell: dict[tuple[str, str], list[Said]] = {}
        for each in self.said:
            by_cell.setdefault((each.measure, each.applicant), []).append(each)
        self._counted = {
            cell: self._settle(by_cell[cell]) for cell in sorted(by_cell, key=lambda cell: cell[1])
        }

    def _counts(self, table: Rows) -> Iterator[Said]:
        for measure, kind, as_of, *cells in table:
            for applicant, cell in zip(self.kinds, cells, strict=True):
                if cell != NOTHING:
                    day = date.fromisoformat(as_of)
                    yield Said(measure, applicant, kind, REPORTERS[kind], day, cell)

    def _marks(self, table: Rows) -> Iterator[Said]:
        for measure, *cells in table:
            for applicant, cell in zip(self.kinds, cells, strict=True):
                for expert, mark in enumerate(re.findall(r"\d+", cell), 1):
                    by = f"expert-{expert}"
                    yield Said(measure, applicant, "expert", by, self.reference_date, mark)

    def _settle(self, said: list[Said]) -> Counted | None:
        """Settle what counts of one measure of one applicant, and note what does not."""
        if said[0].kind == "expert":
            marks = " + ".join(each.text for each in said)
            mean = Fraction(sum(each.number for each in said), len(said))
            return Counted(f"({marks}) / {len(said)}" if len(said) > 1 else marks, mean)
        taken_back = {(each.kind, each.as_of) for each in said if each.value is None}
        reported = [each for each in said if each.value is not None]
        withdrawn = [each for each in reported if (each.kind, each.as_of) in taken_back]
        later = [each for each in reported if each.as_of > self.reference_date]
        rest = [each for each in reported if each not in withdrawn + later]
        latest = {each.kind: each for each in sorted(rest, key=lambda each: each.as_of)}
        followed = [each for each in rest if each is not latest[each.kind]]
        standing = [latest[kind] for kind in REPORTERS if kind in latest]
        counts = standing[0] if standing else None

        reasons = {WITHDRAWN: withdrawn, LATER: later, FOLLOWED: followed, OUTRANKED: standing[1:]}
        aside = [Aside(each, why, counts) for why, group in reasons.items() for each in group]
        self.set_aside += aside
        if counts is None:
            return None
        disputed = any(each.apart > TOLERANCE for each in aside)
        return Counted(str(counts.number), Fraction(counts.number), disputed)

    @cached_property
    def lines(self) -> list[Line]:
        """Every indicator's line of every applicant."""
        return [line for rule in self.rules for line in self._lines(*rule)]

    def _lines(self, indicator: str, full: str, formula: str, scale: str) -> Iterator[Line]:
        raw = {each: self._raw(formula, each) for each in self.kinds}
        for applicant, (working, value, flags) in raw.items():
            peers = [raw[each][1] for each in raw if self.kinds[each] == self.kinds[applicant]]
            known = [each for each in peers if each is not None]
            against = max(known) if scale == "of the best" else Fraction(scale.removeprefix("of "))
            no_scale = ["no_scale"] if value is not None and against == 0 else []
            yield Line(indicator, applicant, working, value, against, int(full), flags + no_scale)

    def _raw(self, formula: str, applicant: str) -> tuple[str, Fraction | None, list[str]]:
        """Work a raw value: add up the terms of its *formula* that are known."""
        terms = [self._term(term, applicant) for term in formula.split(" + ")]
        known = [term for term in terms if term is not None]
        if not known:
            return "", None, ["missing"]
        flags = ["discrepancy"] if any(term.disputed for term in known) else []
        partial = ["partial"] if len(known) < len(terms) else []
        working = " + ".join(term.working for term in known)
        return working, sum((term.value for term in known), Fraction(0)), flags + partial

    def _term(self, term: str, applicant: str) -> Counted | None:
        """Work one term from left to right; None if a measure of it is missing."""
        first, *rest = term.split()
        worked = self._operand(first, applicant)
        for sign, operand in zip(rest[::2], rest[1::2], strict=True):
            right = self._operand(operand, applicant)
            if worked is None or right is None:
                return None
            value = worked.value * right.value if sign == "×" else worked.value / right.value
            working = f"{worked.working} {sign} {right.working}"
            worked = Counted(working, value, worked.disputed or right.disputed)
        return worked

    def _operand(self, name: str, applicant: str) -> Counted | None:
        if name.isdecimal():
            return Counted(name, Fraction(name))
        return self._counted.get((name, applicant))

    @cached_property
    def dimensions(self) -> dict[str, dict[str, int]]:
        """The units of each dimension of each applicant."""
        sums: dict[str, dict[str, int]] = {each: {} for each in self.kinds}
        for line in self.lines:
            of = sums[line.applicant]
            of[line.dimension] = of.get(line.dimension, 0) + line.units
        return sums

    def coverage(self, applicant: str) -> tuple[int, int]:
        """Give the points of an applicant's lines with a value, and of all."""
        own = [line for line in self.lines if line.applicant == applicant]
        return sum(line.full for line in own if not line.missing), sum(line.full for line in own)

    @cached_property
    def places(self) -> dict[str, Place]:
        """Every applicant's place."""
        totals = {each: sum(of.values()) for each, of in self.dimensions.items()}
        everybody = list(totals.values())
        return {
            each: Place(
                totals[each],
                [totals[other] for other in totals if self.kinds[other] == kind],
                everybody,
            )
            for each, kind in self.kinds.items()
        }
