"""CSV that a spreadsheet opens as it is meant: RFC 4180, in UTF-8 with a byte order mark.

A spreadsheet takes some texts for formulas and others for numbers. They have an apostrophe before
them; so has a text that begins with one, so that whoever else reads the file can take it off again:
of each text that begins with an apostrophe, that one. Numbers, dates, moments and the two truth
values are none of these texts. An empty cell is null, or an empty text.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from api.exports.tables import Cell, Page, Row, Table
from shared.core import moments

MEDIA_TYPE = "text/csv; charset=utf-8"
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

FORMULA = "=+-@\t\r\n＝＋－＠'"
"""What a formula may begin with, the wide forms of Chinese keyboards too, or our own apostrophe."""

NUMERIC = re.compile(r"[0-9][0-9.,:/eE+-]*")
"""What may be taken for a number, a date or a time."""

INTACT = re.compile(r"0|[1-9][0-9]{0,10}")
"""Numbers that a spreadsheet shows as they are written: it rounds from the twelfth digit on."""


def head(columns: Sequence[str]) -> bytes:
    """Return what a file with these *columns* begins with."""
    return _written([[*columns]], MARK)


def lines(table: Table[Page], page: Page) -> bytes:
    """Return the lines of a page."""
    return _written(table.rows(page))


def _written(rows: Iterable[Row], mark: str = "") -> bytes:
    text = io.StringIO(mark, newline="")
    text.seek(0, io.SEEK_END)
    csv.writer(text, lineterminator="\r\n").writerows(map(_written_cell, row) for row in rows)
    return text.getvalue().encode()


def _written_cell(cell: Cell) -> str | float | None:
    match cell:
        case str():
            return f"'{cell}" if _taken_for_another(cell) else cell
        case bool():
            return "true" if cell else "false"
        case datetime():
            return moments.written(cell)
        case date():
            return cell.isoformat()
    return cell


def _taken_for_another(text: str) -> bool:
    if text[:1] in FORMULA:
        return text != ""
    return NUMERIC.fullmatch(text) is not None and INTACT.fullmatch(text) is None
