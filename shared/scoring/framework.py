"""A framework of indicators, as the rules see it: frozen values, no behaviour but look-ups.

`shared.scoring.document` reads one from a document and says everything that is wrong with it; what
is built here has passed those checks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final


class MeasureType(StrEnum):
    """What a reported value is."""

    COUNT = "count"
    NUMBER = "number"
    MARK = "mark"
    CATEGORY = "category"
    FLAG = "flag"
    CODES = "codes"


QUANTITIES: Final = frozenset({MeasureType.COUNT, MeasureType.NUMBER})


class ReporterKind(StrEnum):
    """The kinds of reporters a measure may admit."""

    SOURCE = "source"
    APPLICANT = "applicant"
    EXPERT = "expert"


ADJUDICATOR = "adjudicator"
"""The kind of a submission that settles what a panel's marks leave open; no measure lists it."""

KINDS = (*ReporterKind, ADJUDICATOR)
"""Every kind of submission, as evidence numbers them."""


class Missing(StrEnum):
    """What happens to an indicator of which nothing is known."""

    ZERO = "zero"
    SKIP = "skip"
    BLOCK = "block"


class Empty(StrEnum):
    """What happens to the points of a dimension of which every line is skipped."""

    ZERO = "zero"
    PASS_ON = "pass_on"  # noqa: S105 -- no password


class AfterSight(StrEnum):
    """What happens to a mark that its expert changes when others' marks can be read."""

    FLAG = "flag"
    REFUSE = "refuse"


class Direction(StrEnum):
    """Whether more is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages of the service."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Range:
    """The values a measure admits, both ends included; None is no bound."""

    min: float | None = None
    max: float | None = None


@dataclass(frozen=True, slots=True)
class Plausible:
    """The numbers that count at once; one outside awaits confirmation. None is no bound.

    *change* is how many times the number before it one may be, or be part of.
    """

    min: float | None = None
    max: float | None = None
    change: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """How experts' marks become one.

    *combine* is mean, median or trimmed_mean; fewer than *at_least* marks count as missing. A
    trimmed mean drops the *trim* highest and the *trim* lowest of at least *trim_from* marks, and
    is the plain mean of fewer. A spread (highest less lowest) beyond *tolerance*, in the
    measure's unit, is flagged. *after_sight* says what happens to a mark that is changed when its
    expert could read another's.
    """

    combine: str = "mean"
    at_least: int = 1
    trim: int = 1
    trim_from: int = 3
    tolerance: float | None = None
    after_sight: AfterSight = AfterSight.FLAG


@dataclass(frozen=True, slots=True)
class Measure:
    """One raw quantity that someone reports.

    *reported_by* lists the kinds of reporters admitted, the one that outranks first; a measure with
    a panel is reported by experts. *codes* are the admitted codes of a `codes` measure, or the
    admitted categories of a `category`. *tolerance* is the share (0.05 is 5 %) of the authority's
    value by which another reporter's may differ unflagged.
    """

    code: str
    name: Name
    unit: str
    type: MeasureType
    reported_by: tuple[ReporterKind, ...]
    range: Range = Range()
    codes: tuple[str, ...] = ()
    panel: Panel | None = None
    tolerance: float | None = None
    plausible: Plausible = Plausible()


@dataclass(frozen=True, slots=True)
class Derivation:
    """measures → the indicator's raw value.

    *kind* is value, sum, ratio or distinct. *terms* are (measure, weight) pairs: one for all kinds
    but sum. A ratio divides by *denominator* and multiplies by *per*. *cap* limits the result.
    """

    kind: str
    terms: tuple[tuple[str, float], ...]
    denominator: str | None = None
    per: float = 1.0
    cap: float | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        """Every measure that the derivation reads."""
        return tuple(code for code, _ in self.terms) + (
            (self.denominator,) if self.denominator else ()
        )


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a stepped scale: from *edge* upwards, *share* of the points.

    *inclusive* says on which side the edge falls: True, a value equal to it is in this band. The
    first band's edge may be None: no lower bound.
    """

    edge: float | None
    share: float
    inclusive: bool = True


@dataclass(frozen=True, slots=True)
class Normalisation:
    """raw value → share in [0, 1]; *method* says which of the other fields count.

    target: *floor*, *target*, *step*; steps: *bands*; grades: *grades* as (category, share) pairs;
    min_max: *base*; z_score: *within*; best and percent_rank have none. All but target, steps and
    grades depend on the cohort.
    """

    method: str
    direction: Direction = Direction.HIGHER
    floor: float = 0.0
    target: float = 1.0
    step: float | None = None
    bands: tuple[Band, ...] = ()
    grades: tuple[tuple[str, float], ...] = ()
    base: float = 0.0
    within: float = 3.0

    @property
    def depends_on_cohort(self) -> bool:
        """Whether one applicant's share depends on what the others reported."""
        return self.method in {"best", "min_max", "percent_rank", "z_score"}


@dataclass(frozen=True, slots=True)
class Indicator:
    """What earns points; *full* is its maximum in units of the framework's precision."""

    code: str
    name: Name
    full: int
    derivation: Derivation
    normalisation: Normalisation
    missing: Missing
    basis: str


@dataclass(frozen=True, slots=True)
class Category:
    """A group of indicators within a dimension."""

    name: Name
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A first-level group of indicators."""

    code: str
    name: Name
    categories: tuple[Category, ...]

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The dimension's indicators in the document's order."""
        return tuple(each for category in self.categories for each in category.indicators)

    @property
    def full(self) -> int:
        """The dimension's maximum, in units."""
        return sum(indicator.full for indicator in self.indicators)


@dataclass(frozen=True)
class Framework:
    """Dimensions, indicators, measures and every scoring rule, in the document's order.

    Points are held as whole numbers of units of 10 ** -precision. *empty* says what becomes of the
    points of a dimension of which every line is skipped.
    """

    code: str
    version: str
    name: Name
    full: int
    precision: int
    code_lists: Mapping[str, tuple[tuple[str, Name], ...]]
    measures: Mapping[str, Measure]
    dimensions: tuple[Dimension, ...]
    empty: Empty = Empty.ZERO

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators in the document's order: the columns of every score."""
        return tuple(each for dimension in self.dimensions for each in dimension.indicators)

    @cached_property
    def measure_codes(self) -> tuple[str, ...]:
        """All measures in the document's order: the columns of what was resolved."""
        return tuple(self.measures)

    @cached_property
    def dimension_of(self) -> tuple[int, ...]:
        """For each indicator, the position of its dimension."""
        return tuple(at for at, each in enumerate(self.dimensions) for _ in each.indicators)

    @cached_property
    def reads(self) -> tuple[tuple[int, ...], ...]:
        """For each indicator, the positions of the measures that it reads."""
        position = {code: at for at, code in enumerate(self.measure_codes)}
        return tuple(
            tuple(position[code] for code in each.derivation.measures) for each in self.indicators
        )
