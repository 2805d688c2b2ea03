"""Slices: what a file says that it covers, so that what it leaves out is known to be missing.

A slice is of one measure and date. Whom it covers is said by a list of applicants, by their number,
or as all that are entered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from shared.batches.admission import Outcome
from shared.batches.limits import MOST_ROWS
from shared.core.errors import Finding, Invalid
from shared.core.principal import Principal
from shared.scoring.framework import Framework, ReporterKind
from shared.submissions.admission import REPORTERS
from shared.submissions.drafts.form import CODE, Said, date_of, no_date
from shared.submissions.store import NewSubmission

ENTERED: Literal["entered"] = "entered"
MEMBERS = ("measure", "as_of", "applicants")
MOST_NAMED = 1_000
"""Applicants that an answer and a receipt name of those left out."""

Applicants = frozenset[str] | int | Literal["entered"]

NOT_APPLICANTS = (
    "not-applicants",
    f'It is a list of different codes, their number (1 to {MOST_ROWS}), or "{ENTERED}".',
)


PARAMS = {NOT_APPLICANTS[0]: {"least": 1, "most": MOST_ROWS}}
"""What the words of a fault say besides its code, by name."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A slice as a client states it: its members as they were sent, and the pointer to them."""

    members: Mapping[str, Any]
    pointer: str


@dataclass(frozen=True, slots=True)
class Slice:
    """What a file covers: a measure as of a date, of these applicants, so many, or all entered."""

    measure: str
    as_of: date
    applicants: Applicants

    @property
    def scope(self) -> Literal["listed", "number", "entered"]:
        """How it is said whom the slice covers."""
        if isinstance(self.applicants, frozenset):
            return "listed"
        return "number" if isinstance(self.applicants, int) else ENTERED


@dataclass(frozen=True, slots=True)
class Coverage:
    """What came of a slice.

    Of *reported* applicants a row stands. *omitted* names the first of those that are covered and
    have no row, *omitted_count* says how many that are: with a number alone nobody knows who.
    *withdrawn* is how many earlier values the file thereby took back.
    """

    measure: str
    as_of: date
    scope: str
    covered: int
    reported: int
    omitted: tuple[str, ...]
    omitted_count: int
    withdrawn: int
    complete: bool


def read(framework: Framework, who: Principal, declared: Declared) -> Slice:
    """Return the slice that is *declared*, within the key's reach. Raises: Invalid."""
    findings = tuple(_faults(framework, who, declared))
    if findings:
        raise Invalid("the slice is not as it must be: see errors", findings)
    said = declared.members
    day, applicants = date_of(said["as_of"]), said["applicants"]
    assert day is not None  # noqa: S101 -- `_faults` would have said so
    return Slice(
        said["measure"], day, frozenset(applicants) if isinstance(applicants, list) else applicants
    )


def _faults(framework: Framework, who: Principal, declared: Declared) -> Iterator[Finding]:
    said, pointer = declared.members, declared.pointer
    for name in said:
        if name not in MEMBERS:
            yield Finding(pointer.rstrip("/"), "unknown-member", "A slice has no such member.")
    for name in MEMBERS:
        if name not in said:
            yield Finding(f"{pointer}{name}", "missing", "The slice lacks this.")
        elif (fault := FAULTS[name](framework, who, said[name])) is not None:
            yield Finding(f"{pointer}{name}", *fault, PARAMS.get(fault[0], {}))


def _measure(framework: Framework, who: Principal, value: Any) -> Said | None:
    measure = framework.measures.get(value) if isinstance(value, str) else None
    if measure is None:
        return "unknown-measure", "The framework has no such measure."
    if who.measures is not None and value not in who.measures:
        return "measure-not-reached", "The key does not reach this measure."
    kind = REPORTERS[who.role]
    if kind not in measure.reported_by:
        return "reporter-not-admitted", "This measure is reported by others."
    if kind is ReporterKind.EXPERT:
        return "slice-of-marks", "Marks are given one by one: a slice is of what is counted."
    return None


def _as_of(_framework: Framework, _who: Principal, value: Any) -> Said | None:
    if not isinstance(value, str):
        return "not-a-date", "A date is a text: YYYY-MM-DD."
    return no_date(value) if date_of(value) is None else None


def _applicants(_framework: Framework, who: Principal, value: Any) -> Said | None:
    if value == ENTERED or (type(value) is int and 0 < value <= MOST_ROWS):
        return None
    fits = isinstance(value, list) and 0 < len(value) <= MOST_ROWS
    if not fits or not all(isinstance(each, str) and CODE.fullmatch(each) for each in value):
        return NOT_APPLICANTS
    if len(set(value)) != len(value):
        return NOT_APPLICANTS
    if who.applicants is not None and not who.applicants.issuperset(value):
        return "applicant-not-reached", "The key does not reach all of these applicants."
    return None


FAULTS: dict[str, Callable[[Framework, Principal, Any], Said | None]] = {
    "measure": _measure,
    "as_of": _as_of,
    "applicants": _applicants,
}


def within(slice_: Slice, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Refuse every row that was admitted and lies outside of the slice."""
    return [
        each if not isinstance(each, NewSubmission) else tuple(_outside(slice_, each)) or each
        for each in outcomes
    ]


def _outside(slice_: Slice, item: NewSubmission) -> Iterator[Finding]:
    of = {"measure": slice_.measure, "as_of": slice_.as_of.isoformat()}
    apart = {
        "measure": item.measure != slice_.measure,
        "as_of": item.as_of != slice_.as_of,
        "applicant": isinstance(slice_.applicants, frozenset)
        and item.applicant not in slice_.applicants,
    }
    message = "The file declares a slice without this."
    for name, outside in apart.items():
        if outside:
            yield Finding(f"/{name}", "outside-slice", message, of)
