"""XLSX: one sheet with typed cells, written row by row to disk.

Blocking: for a thread of its own, one call after the other.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any, cast

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from api.exports.tables import Cell, Row
from shared.core.errors import Finding, Invalid

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
"""Of a sheet, its head included, and of a cell's text in UTF-16: Excel's own limits."""

WIDTH = 16


class _Sheet(Worksheet):
    """A sheet that takes every text for what it is.

    The library writes a text that looks like its own markup for rich text as that markup.
    """

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, None, attributes)

    def give_up(self) -> None:
        """Close the file that the rows are in."""
        self._opt_close()


class SheetFile:
    """A workbook of one sheet that is being written, to files that `close` takes away."""

    def __init__(self, name: str) -> None:
        """Begin a sheet of this *name*."""
        self._folder = TemporaryDirectory(prefix="pilotzone-export-")
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115 -- until `close`
        options = {"constant_memory": True, "tmpdir": self._folder.name, "use_zip64": True}
        self._book = Workbook(self._file, options)
        self._sheet = cast("_Sheet", self._book.add_worksheet(name, _Sheet))
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._rows = 0

    def begin(self, columns: Sequence[str]) -> None:
        """Write a head that stays in sight. Raises: Invalid."""
        if len(columns) > MOST_COLUMNS:
            raise _too_large("more columns", MOST_COLUMNS)
        self._sheet.set_column(0, len(columns) - 1, WIDTH)
        self._sheet.freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for at, column in enumerate(columns):
            self._sheet.write_string(0, at, column, bold)
        self._rows = 1

    def append(self, rows: Iterable[Row]) -> None:
        """Write *rows*. Raises: Invalid, beyond what a sheet can hold."""
        for row in rows:
            if self._rows == MOST_ROWS:
                raise _too_large("more rows", MOST_ROWS)
            for at, cell in enumerate(row):
                self._write(at, cell)
            self._rows += 1

    def finish(self) -> IO[bytes]:
        """Return the whole file, at its beginning."""
        self._book.close()
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Take away all that was written."""
        self._sheet.give_up()
        self._folder.cleanup()
        self._file.close()

    def _write(self, at: int, cell: Cell) -> None:
        sheet, row = self._sheet, self._rows
        match cell:
            case str():
                if cell and sheet.write_string(row, at, cell):
                    raise _too_large("a longer text", MOST_CHARACTERS)
            case bool():
                sheet.write_boolean(row, at, cell)
            case int() | float():
                sheet.write_number(row, at, cell)
            case datetime():
                plain = cell.astimezone(UTC).replace(tzinfo=None)
                sheet.write_datetime(row, at, plain, self._moment)
            case date():
                sheet.write_datetime(row, at, datetime.combine(cell, time()), self._day)


def _too_large(what: str, most: int) -> Invalid:
    finding = Finding("/query/format", "sheet-too-small", "Ask for csv or jsonl.")
    return Invalid(f"the export has {what} than the {most} that a sheet can hold", (finding,))
