"""What every format yields: rows with their place in the file."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shared.core.errors import Finding


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row as it was read, before any rule looked at it.

    *index* counts from 0. *line* is where the row begins in the file, from 1; None in JSON, whose
    rows have no lines. *findings* say why nothing could be read, and *members* is then empty.
    """

    index: int
    line: int | None
    members: Mapping[str, Any] = {}
    findings: tuple[Finding, ...] = ()


class Cell(str):
    """A text of which the measure says whether it is a number, a flag or codes."""

    __slots__ = ()
