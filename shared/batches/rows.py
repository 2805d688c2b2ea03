"""What every format yields: rows with their place in the file, and numbers as they were written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.core.errors import Finding

MOST_DIGITS = 400
"""A number with so many characters is not looked at more closely."""

SURE_DIGITS = 15
"""A decimal of so many digits survives a binary double and comes back as it was written."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read, before any rule looked at it.

    *index* counts from 0. *line* is where the row begins in the file, from 1; None in JSON, whose
    rows have no lines. *findings* say why nothing could be read, and *members* is then empty.
    """

    index: int
    line: int | None
    members: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Cell(str):
    """A text of which the measure says whether it is a number, a flag or codes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Inexact:
    """A number that would not come back as it was written."""

    text: str


def number(text: str) -> float | int | Inexact:
    """Read a decimal number, if the double that it becomes says the same digits again.

    So what other programs print is taken, with up to 17 digits, and nothing is ever rounded.
    """
    if len(text) <= SURE_DIGITS and text.isdigit():
        return int(text)
    if len(text) > MOST_DIGITS:
        return Inexact(text[:MOST_DIGITS])
    try:
        read = float(text)
        same = Decimal(text) == Decimal(repr(read))
    except (ValueError, InvalidOperation):
        return Inexact(text)
    return read if same else Inexact(text)
