"""Admitting the rows of a batch: by the rules of every submission, and none beside another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.batches.cells import interpret
from shared.batches.rows import Cell, Row
from shared.core.errors import Finding
from shared.core.principal import Principal
from shared.scoring.framework import Framework
from shared.submissions.admission import Admission
from shared.submissions.drafts.exact import NOT_EXACT, NOT_EXACT_BOUNDS, Inexact
from shared.submissions.drafts.form import PLAIN, Draft, draft, faults, is_code, is_sound
from shared.submissions.store import NATURAL_KEY, NewSubmission
from shared.submissions.values import Refusal, Value

MOST_NAMED = 3
MOST_FAULTS = 5
"""Of one row; a row with more is not a submission at all."""

Outcome = NewSubmission | tuple[Finding, ...]
"""A row that was admitted, or what is wrong with it; pointers are into the row."""


def admit(
    framework: Framework, principal: Principal, request_id: str, rows: Iterable[Row]
) -> Iterable[Outcome]:
    """Yield what each of *rows* comes to under the framework and the key's reach."""
    rules, seen = Admission(framework, principal, request_id), Seen()
    for row in rows:
        if row.findings:
            yield row.findings
        elif (said := seen.draft(row.members)) is not None:
            yield _admit(rules, said)
        elif is_sound(row.members):
            said = draft(row.members, row.members.get("value"))
            seen.note(said)
            yield _admit(rules, said)
        else:
            yield tuple(faults(row.members))[:MOST_FAULTS]


class Seen:
    """What stood in sound rows: most rows of a file are of the same applicants and dates."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._applicants, self._measures = set[str](), set[str]()
        self._days: dict[str, date] = {}

    def note(self, said: Draft) -> None:
        """Remember of what, and of when, something was *said*."""
        self._applicants.add(said.applicant)
        self._measures.add(said.measure)
        self._days[said.as_of.isoformat()] = said.as_of

    def draft(self, members: Mapping[str, Any]) -> Draft | None:
        """Return what *members* state, if that is a number of what was seen and nothing besides.

        Then they are sound. Whose it is may be new, as in each row of a short file. None: they have
        to be looked at.
        """
        if len(members) != PLAIN:
            return None
        try:
            applicant, measure, value = members["applicant"], members["measure"], members["value"]
            day = self._days[members["as_of"]]
            seen = measure in self._measures and (
                applicant in self._applicants or self._is_applicant(applicant)
            )
        except (KeyError, TypeError):
            return None
        kind = type(value)
        if seen and (kind is float or kind is int or (kind is Cell and value.isprintable())):
            return Draft(applicant, measure, value, day)
        return None

    def _is_applicant(self, said: Any) -> bool:
        """Say whether *said* has the form of an applicant's code, and remember it if so."""
        if not is_code(said):
            return False
        self._applicants.add(said)
        return True


def _admit(rules: Admission, said: Draft) -> Outcome:
    value: Value | Inexact | Refusal = said.value
    if isinstance(value, Cell) and (measure := rules.measure(said.measure)) is not None:
        value = interpret(measure, value)
    if isinstance(value, Inexact):
        return (Finding("/value", *NOT_EXACT, NOT_EXACT_BOUNDS),)
    if isinstance(value, Refusal):
        return (value.finding(),)
    admitted = rules.admit(said, value)
    return (admitted.finding(),) if isinstance(admitted, Refusal) else admitted


def without_twins(rows: list[Row], outcomes: list[Outcome]) -> list[Outcome]:
    """Refuse every row that says something of the same as another: nobody can tell which holds."""
    keys = [NATURAL_KEY(each) for each in outcomes if isinstance(each, NewSubmission)]
    if len(set(keys)) == len(keys):
        return outcomes
    places = defaultdict[Any, list[int]](list)
    for at, outcome in enumerate(outcomes):
        if isinstance(outcome, NewSubmission):
            places[NATURAL_KEY(outcome)].append(at)
    for twins in places.values():
        if len(twins) > 1:
            first = [place(rows[at]) for at in twins[: MOST_NAMED + 1]]
            for at in twins:
                outcomes[at] = (_repeated(first, place(rows[at]), len(twins) - 1),)
    return outcomes


def place(row: Row) -> str:
    """Say where in its file a row stands."""
    return f"row {row.index}" if row.line is None else f"line {row.line}"


def _repeated(first: list[str], own: str, others: int) -> Finding:
    """Name some of the *others* than the row at *own*, of which *first* stand first in the file."""
    named = [each for each in first if each != own][:MOST_NAMED]
    more = f" and {others - len(named)} more" if others > len(named) else ""
    places = f"{', '.join(named)}{more}"
    message = f"The file says something of the same applicant, measure and date in {places}."
    return Finding("", "repeated-row", message, {"places": named, "others": others})
