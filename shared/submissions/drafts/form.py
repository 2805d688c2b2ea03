"""The form of a submission: what is refused whatever the framework says, each with a code."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from shared.core.bounds import MOST_TEXT, UNWRITABLE, YEARS
from shared.core.errors import Finding, Param
from shared.core.moments import read as read_moment
from shared.submissions.drafts.exact import NOT_EXACT, NOT_EXACT_BOUNDS, Inexact
from shared.submissions.values import OBS_STATUSES, Value

REQUIRED = ("applicant", "measure", "as_of")
PLAIN = 1 + len(REQUIRED)
"""How many members a submission has that says a value and nothing besides."""
MEMBERS = frozenset(
    {
        *REQUIRED,
        *("value", "status", "reference", "comment", "expected_revision"),
        *("reported_at", "obs_status", "confirm"),
    }
)
STATUSES = frozenset({"reported", "withdrawn"})
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
MOST_CODE = 64
DAY_LENGTH = 10
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OTHER_DATE = re.compile(r"[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?")
MOST_REVISIONS = 10**9
MOST_NAME = 64
MOST_MOMENT = 35
"""Characters of a moment; what is longer is none, and not remembered."""

Said = tuple[str, str]
"""What is wrong with a member: a code, and words."""

UNWRITABLE_TEXT = "text-unwritable", "The text has a NUL or a lone surrogate."

NOT_A_VALUE = "not-a-value", "A value is a number, true or false, or codes."


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A submission as a client states it."""

    applicant: str
    measure: str
    value: Value
    as_of: date
    status: str = "reported"
    reference: str | None = None
    comment: str | None = None
    expected_revision: int | None = None
    reported_at: datetime | None = None
    obs_status: str | None = None
    confirm: bool = False


def draft(members: Mapping[str, Any], value: Value) -> Draft:
    """Return what *members* state, in which `faults` finds nothing.

    *value* is theirs, or what the measure reads in a text of a table.
    """
    day = date_of(members["as_of"])
    assert day is not None  # noqa: S101 -- `faults` would have said so
    expected, said_at = members.get("expected_revision"), members.get("reported_at")
    return Draft(
        members["applicant"],
        members["measure"],
        value,
        day,
        members.get("status", "reported"),
        members.get("reference"),
        members.get("comment"),
        None if expected is None else int(expected),
        None if said_at is None else _moment_of(said_at),
        members.get("obs_status"),
        members.get("confirm") is True,
    )


def is_sound(members: Mapping[str, Any]) -> bool:
    """Say whether `faults` finds nothing, in less time: of most rows of a file it does not."""
    for name, said in members.items():
        fault = FORM.get(name)
        if fault is None or fault(said) is not None:
            return False
    return "applicant" in members and "measure" in members and "as_of" in members


def faults(members: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the form of one submission; pointers are into it."""
    for name in [each for each in members if each not in MEMBERS]:
        yield Finding(_pointer(name), "unknown-member", "A submission has no such member.")
    for name in REQUIRED:
        if name not in members:
            yield Finding(f"/{name}", "missing", "The submission lacks this.")
    for name, fault in FORM.items():
        if name in members and (found := fault(members[name])) is not None:
            code, message = found
            yield Finding(f"/{name}", code, message, BOUNDS.get(code, {}))


def _pointer(name: str) -> str:
    """Point to a member that a client has named, in no more characters than that takes."""
    return "/" + name[:MOST_NAME].replace("~", "~0").replace("/", "~1").replace("\x00", "")


def date_of(said: str) -> date | None:
    """Return the date that is *said*, or None where it is none."""
    return _calendar_day(said) if len(said) == DAY_LENGTH else None


@lru_cache(1024)
def _calendar_day(said: str) -> date | None:
    if DATE.fullmatch(said) is None:
        return None
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    return found if found.year in YEARS else None


_moment_of = lru_cache(1024)(read_moment)


def no_date(said: str) -> Said:
    """Return code and words for what is *said* instead of a date."""
    if DATE.fullmatch(said) is None and OTHER_DATE.fullmatch(said):
        return "date-order", "A date is written year-month-day: 2026-06-30."
    return "not-a-date", "A date is written YYYY-MM-DD, is in the calendar, and from 1900 to 2999."


def is_code(value: Any) -> bool:
    """Say whether *value* has the form of an applicant's or a measure's code."""
    return isinstance(value, str) and len(value) <= MOST_CODE and CODE.fullmatch(value) is not None


def _code(value: Any) -> Said | None:
    if is_code(value):
        return None
    return "not-a-code", "A code has letters, digits, '.', '_' and '-', at most 64."


def _status(value: Any) -> Said | None:
    if isinstance(value, str) and value in STATUSES:
        return None
    return "unknown-status", "The status is reported or withdrawn."


def _text(value: Any) -> Said | None:
    if value is None:
        return None
    if not isinstance(value, str):
        return "not-a-text", "This is a text."
    if len(value) > MOST_TEXT:
        return "too-long", f"A text has at most {MOST_TEXT} characters."
    return UNWRITABLE_TEXT if _is_unwritable(value) else None


def _revision(value: Any) -> Said | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 5.0 is the 5 that it is to JSON Schema
    if value is None or (
        isinstance(value, int) and 0 <= value < MOST_REVISIONS and not isinstance(value, bool)
    ):
        return None
    return "not-a-revision", "A revision is a whole number from 0 on."


def _moment(value: Any) -> Said | None:
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= MOST_MOMENT and _moment_of(value) is not None:
        return None
    return "not-a-moment", "A moment is written with its zone: 2026-06-30T08:00:00+08:00."


def _obs_status(value: Any) -> Said | None:
    if value is None or (isinstance(value, str) and value in OBS_STATUSES):
        return None
    return "unknown-obs-status", "The status is a code of SDMX's list CL_OBS_STATUS."


def _confirm(value: Any) -> Said | None:
    if value is None or isinstance(value, bool):
        return None
    return "not-a-flag", "A confirmation is true or false."


def _value(value: Any) -> Said | None:
    if isinstance(value, float | int):  # a flag is an int, too
        return None
    if isinstance(value, Inexact):
        return NOT_EXACT
    if isinstance(value, str):
        return UNWRITABLE_TEXT if _is_unwritable(value) else None
    if not isinstance(value, list):
        return None if value is None else NOT_A_VALUE
    if not all(isinstance(each, str) for each in value):
        return NOT_A_VALUE
    return UNWRITABLE_TEXT if any(map(_is_unwritable, value)) else None


def _is_unwritable(text: str) -> bool:
    return not text.isprintable() and UNWRITABLE.search(text) is not None


def _as_of(value: Any) -> Said | None:
    if not isinstance(value, str):
        return "not-a-date", "A date is a text: YYYY-MM-DD."
    return no_date(value) if date_of(value) is None else None


BOUNDS: dict[str, Mapping[str, Param]] = {
    "not-a-code": {"most": 64},
    "unknown-status": {"statuses": sorted(STATUSES)},
    "too-long": {"most": MOST_TEXT},
    "number-not-exact": NOT_EXACT_BOUNDS,
    "not-a-date": {"first_year": YEARS.start, "last_year": YEARS.stop - 1},
    "not-a-revision": {"least": 0, "most": MOST_REVISIONS - 1},
}
"""What the words of a fault say besides, by its code."""

FORM: dict[str, Callable[[Any], Said | None]] = {
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
    "as_of": _as_of,
}
