"""Admitting the rows of a batch: by the rules of every submission, and none beside another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from shared.batches.cells import interpret
from shared.batches.rows import Cell, Row
from shared.core.errors import Finding
from shared.core.principal import Principal
from shared.scoring.framework import Framework
from shared.submissions import admission
from shared.submissions.drafts.exact import NOT_EXACT, Inexact
from shared.submissions.drafts.form import draft, faults, is_sound
from shared.submissions.store import NewSubmission
from shared.submissions.values import Refusal

MOST_NAMED = 3
MOST_FAULTS = 5
"""Of one row; a row with more is not a submission at all."""

Outcome = NewSubmission | tuple[Finding, ...]
"""A row that was admitted, or what is wrong with it; pointers are into the row."""


def admit(
    framework: Framework, principal: Principal, request_id: str, rows: Iterable[Row]
) -> Iterable[Outcome]:
    """Yield what each of *rows* comes to under the framework and the key's reach."""
    for row in rows:
        if row.findings:
            yield row.findings
        elif is_sound(row.members):
            yield _admit(framework, principal, request_id, row.members)
        else:
            yield tuple(faults(row.members))[:MOST_FAULTS]


def _admit(
    framework: Framework, principal: Principal, request_id: str, members: Mapping[str, Any]
) -> Outcome:
    value, measure = members.get("value"), framework.measures.get(members["measure"])
    if isinstance(value, Cell) and measure is not None:
        value = interpret(measure, value)
    if isinstance(value, Inexact):
        return (Finding("/value", *NOT_EXACT),)
    if isinstance(value, Refusal):
        return (value.finding(),)
    admitted = admission.admit(framework, principal, draft(members, value), request_id)
    return (admitted.finding(),) if isinstance(admitted, Refusal) else admitted


def without_twins(rows: list[Row], outcomes: list[Outcome]) -> list[Outcome]:
    """Refuse every row that says something of the same as another: nobody can tell which holds."""
    keys = [each.natural_key for each in outcomes if isinstance(each, NewSubmission)]
    if len(set(keys)) == len(keys):
        return outcomes
    places = defaultdict[Any, list[int]](list)
    for at, outcome in enumerate(outcomes):
        if isinstance(outcome, NewSubmission):
            places[outcome.natural_key].append(at)
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
    return Finding("", "repeated-row", message)
