"""Admitting the rows of a batch: every rule that needs no database, each with a code of its own."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from shared.batches.cells import interpret
from shared.batches.rows import Cell, Inexact, Row
from shared.core.bounds import MOST_TEXT, UNWRITABLE, YEARS, moment
from shared.core.errors import Finding
from shared.core.principal import Principal
from shared.scoring.framework import Framework
from shared.submissions import admission
from shared.submissions.store import NewSubmission
from shared.submissions.values import OBS_STATUSES, Refusal

REQUIRED = ("applicant", "measure", "as_of")
MEMBERS = frozenset(
    {
        *REQUIRED,
        *("value", "status", "reference", "comment", "expected_revision"),
        *("reported_at", "obs_status", "confirm"),
    }
)
STATUSES = frozenset({"reported", "withdrawn"})
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OTHER_DATE = re.compile(r"[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?")
REVISION = re.compile(r"[0-9]{1,9}")
CONFIRMED = (True, "true")
MOST_REVISIONS = 10**9
MOST_NAME = 64
MOST_NAMED = 3
MOST_FAULTS = 5
"""Of one row; a row with more is not a submission at all."""

moment_of = lru_cache(1024)(moment)
"""A file says few of them, often one."""

Outcome = NewSubmission | tuple[Finding, ...]
"""A row that was admitted, or what is wrong with it; pointers are into the row."""


def admit(
    framework: Framework, principal: Principal, request_id: str, rows: Iterable[Row]
) -> Iterable[Outcome]:
    """Yield what each of *rows* comes to under the framework and the key's reach."""
    dates: dict[str, date | None] = {}
    for row in rows:
        if row.findings:
            yield row.findings
            continue
        findings = tuple(_faults(row.members, dates))[:MOST_FAULTS]
        yield findings or _admit(framework, principal, request_id, row.members, dates)


def _admit(
    framework: Framework,
    principal: Principal,
    request_id: str,
    members: Mapping[str, Any],
    dates: Mapping[str, date | None],
) -> Outcome:
    value, measure = members.get("value"), framework.measures.get(members["measure"])
    if isinstance(value, Cell) and measure is not None:
        value = interpret(measure, value)
    if isinstance(value, Inexact):
        return (_not_exact(),)
    if isinstance(value, Refusal):
        return (value.finding(),)
    expected, said_at = members.get("expected_revision"), members.get("reported_at")
    day = dates[members["as_of"]]
    assert day is not None  # noqa: S101 -- `_faults` would have said so
    draft = admission.Draft(
        members["applicant"],
        members["measure"],
        value,
        day,
        members.get("status", "reported"),
        members.get("reference"),
        members.get("comment"),
        None if expected is None else int(expected),
        None if said_at is None else moment_of(said_at),
        members.get("obs_status"),
        members.get("confirm") in CONFIRMED,
    )
    admitted = admission.admit(framework, principal, draft, request_id)
    return (admitted.finding(),) if isinstance(admitted, Refusal) else admitted


def _not_exact() -> Finding:
    message = "A number is kept where a double says the same digits again: at most 17 of them."
    return Finding("/value", "number-not-exact", message)


def _faults(members: Mapping[str, Any], dates: dict[str, date | None]) -> Iterable[Finding]:
    """Yield what is wrong with the form of one row."""
    for name in [each for each in members if each not in MEMBERS]:
        yield Finding(_pointer(name), "unknown-member", "A submission has no such member.")
    for name in REQUIRED:
        if name not in members:
            yield Finding(f"/{name}", "missing", "The row lacks this.")
    for name, fault in FORM.items():
        if name in members and (found := fault(members[name])) is not None:
            code, message = found
            yield Finding(f"/{name}", code, message)
    said = members.get("as_of")
    if isinstance(said, str):
        if said not in dates:
            dates[said] = date_of(said)
        if dates[said] is None:
            yield Finding("/as_of", *no_date(said))


def _pointer(name: str) -> str:
    """Point to a member that a client has named, in no more characters than that takes."""
    return "/" + name[:MOST_NAME].replace("~", "~0").replace("/", "~1").replace("\x00", "")


def date_of(said: str) -> date | None:
    """Return the date that is *said*, or None where it is none."""
    try:
        found = date.fromisoformat(said) if DATE.fullmatch(said) else None
    except ValueError:
        return None
    return found if found and found.year in YEARS else None


def no_date(said: str) -> tuple[str, str]:
    """Return code and words for what is *said* instead of a date."""
    if DATE.fullmatch(said) is None and OTHER_DATE.fullmatch(said):
        return "date-order", "A date is written year-month-day: 2026-06-30."
    return "not-a-date", "A date is written YYYY-MM-DD, is in the calendar, and from 1900 to 2999."


def _code(value: Any) -> tuple[str, str] | None:
    if isinstance(value, str) and CODE.fullmatch(value):
        return None
    return "not-a-code", "A code has letters, digits, '.', '_' and '-', at most 64."


def _status(value: Any) -> tuple[str, str] | None:
    if isinstance(value, str) and value in STATUSES:
        return None
    return "unknown-status", "The status is reported or withdrawn."


def _text(value: Any) -> tuple[str, str] | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return "not-a-text", "This is a text."
    if len(value) > MOST_TEXT:
        return "too-long", f"A text has at most {MOST_TEXT} characters."
    if UNWRITABLE.search(value):
        return "text-unwritable", "The text has a NUL or a lone surrogate."
    return None


def _revision(value: Any) -> tuple[str, str] | None:
    if value is None or (
        isinstance(value, int) and 0 <= value < MOST_REVISIONS and value is not True
    ):
        return None
    if isinstance(value, str) and REVISION.fullmatch(value):
        return None
    return "not-a-revision", "A revision is a whole number from 0 on."


def _moment(value: Any) -> tuple[str, str] | None:
    if value is None or (isinstance(value, str) and moment_of(value) is not None):
        return None
    return "not-a-moment", "A moment is written with its zone: 2026-06-30T08:00:00+08:00."


def _obs_status(value: Any) -> tuple[str, str] | None:
    if value is None or (isinstance(value, str) and value in OBS_STATUSES):
        return None
    return "unknown-obs-status", "The status is a code of SDMX's list CL_OBS_STATUS."


def _confirm(value: Any) -> tuple[str, str] | None:
    if value is None or isinstance(value, bool) or value in ("true", "false"):
        return None
    return "not-a-flag", "A confirmation is true or false."


def _value(value: Any) -> tuple[str, str] | None:
    if isinstance(value, list):
        fits = all(isinstance(each, str) and not UNWRITABLE.search(each) for each in value)
    else:
        fits = value is None or isinstance(value, bool | int | float | str | Inexact)
    return None if fits else ("not-a-value", "A value is a number, true or false, or codes.")


def _day(value: Any) -> tuple[str, str] | None:
    return None if isinstance(value, str) else ("not-a-date", "A date is a text: YYYY-MM-DD.")


FORM: dict[str, Callable[[Any], tuple[str, str] | None]] = {
    "applicant": _code,
    "measure": _code,
    "status": _status,
    "reference": _text,
    "comment": _text,
    "expected_revision": _revision,
    "reported_at": _moment,
    "obs_status": _obs_status,
    "confirm": _confirm,
    "value": _value,
    "as_of": _day,
}


def without_twins(rows: list[Row], outcomes: list[Outcome]) -> list[Outcome]:
    """Refuse every row that says something of the same as another: nobody can tell which holds."""
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
