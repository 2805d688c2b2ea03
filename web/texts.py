"""Texts of a form that are kept: held to what the interface holds them to."""

from collections.abc import Mapping

from shared.core.bounds import MOST_TEXT, UNWRITABLE
from shared.core.errors import Finding, Invalid

MOST_LINE = 500
"""Characters of a reason that is required."""

MOST_SOUGHT = 100

DETAIL = "the request is not as it must be: see errors"


def reason(sent: Mapping[str, str]) -> str:
    """Return the reason that a form gives. Raises: Invalid where there is none, or it is unfit."""
    said = _kept(sent, MOST_LINE)
    if not said:
        raise _wrong("missing", "This is missing.")
    return said


def remark(sent: Mapping[str, str]) -> str | None:
    """Return the reason that a form gives if it gives one. Raises: Invalid."""
    return _kept(sent, MOST_TEXT) or None


def sought(sent: Mapping[str, str]) -> str | None:
    """Return what a form goes on to search for: nothing, if no name has it in it."""
    said = sent.get("q", "")
    return None if len(said) > MOST_SOUGHT or UNWRITABLE.search(said) else said or None


def _kept(sent: Mapping[str, str], most: int) -> str:
    said = sent.get("reason", "")
    if len(said) > most:
        raise _wrong("string-too-long", f"A text has at most {most} characters.")
    if UNWRITABLE.search(said):
        raise _wrong("text-unwritable", "The text has a NUL or a lone surrogate.")
    return said


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(DETAIL, (Finding("/reason", code, message),))
