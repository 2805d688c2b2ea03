"""Files to push: what they are, and the pieces that are batches of their own.

The rows are found by the gateway's own readers, so that a piece never ends inside one, and a file
that they cannot read is refused before anything is sent.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cli.errors import CommandError
from shared.batches.formats import READERS
from shared.batches.formats.text import lines
from shared.core.errors import FileUnreadable

MEDIA_TYPES = MappingProxyType(
    {
        "json": "application/json",
        "jsonl": "application/jsonl",
        "csv": "text/csv",
        "sdmx-csv": "application/vnd.sdmx.data+csv",
    }
)
"""By what `--format` calls them."""

TABLES = ("csv", "sdmx-csv")
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv"}
PACKED = b"\x1f\x8b"
"""How gzip begins, and no text in UTF-8 does."""

MARK = b"\xef\xbb\xbf"
REASONS = ("pointer", "code", "detail")
REFUSED = ("line", *REASONS)
"""What stands before a table's own columns where refused rows are printed."""

PLACE = re.compile(r"\b(line|row) (\d+)")


@dataclass(frozen=True, slots=True)
class File:
    """A file: its bytes as they were found, perhaps packed, and unpacked."""

    name: str
    format: str
    found: bytes
    body: bytes

    @property
    def packed(self) -> bool:
        """Say whether it was found packed."""
        return self.found is not self.body


@dataclass(frozen=True, slots=True)
class Piece:
    """What is sent as one batch: its bytes, its rows, and its place in the whole file.

    It has *rows_before* it, and its lines, but for those of the header, stand *lines_before* lower
    in the file.
    """

    body: bytes
    rows: int
    rows_before: int = 0
    lines_before: int = 0

    def placed(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return a row's *item* with the numbers that the row has in the whole file."""
        moved = {"index": item["index"] + self.rows_before}
        if "line" in item:
            moved["line"] = item["line"] + self.lines_before
        if "errors" in item:
            moved["errors"] = [self._placed(each) for each in item["errors"]]
        return item | moved

    def _placed(self, error: dict[str, str]) -> dict[str, str]:
        """Return *error* with the numbers of the other rows that it names put right."""
        if error["code"] != "repeated-row":
            return error
        before = {"row": self.rows_before, "line": self.lines_before}
        detail = PLACE.sub(lambda it: f"{it[1]} {int(it[2]) + before[it[1]]}", error["detail"])
        return error | {"detail": detail}


def recognise(name: str, found: bytes, format_: str | None) -> File:
    """Return the file *name* with its format, where *format_* does not say it, by its suffix.

    Raises: CommandError.
    """
    body = _unpacked(name, found) if found.startswith(PACKED) else found
    if body.removeprefix(MARK).startswith(",".join(REFUSED).encode()):
        found = body = _without_reasons(name, body)
    if format_ is None:
        format_ = SUFFIXES.get(Path(name.removesuffix(".gz")).suffix.lower())
        begins = body[:64].removeprefix(MARK).lstrip(b'\r\n"')
        if format_ == "csv" and begins.startswith(b"STRUCTURE"):
            format_ = "sdmx-csv"
    if format_ is None or format_ not in MEDIA_TYPES:
        known = ", ".join(MEDIA_TYPES)
        raise CommandError(f"the format of {name} is not known: say --format, one of: {known}")
    return File(name, format_, found, body)


def _unpacked(name: str, found: bytes) -> bytes:
    try:
        return gzip.decompress(found)
    except (OSError, EOFError, zlib.error):
        raise CommandError(f"{name} cannot be unpacked: its end is missing or damaged") from None


def _without_reasons(name: str, body: bytes) -> bytes:
    """Return refused rows, mended since, without why they were refused; each keeps its line."""
    out = io.StringIO(newline="")
    try:
        rows = csv.reader(lines(body), strict=True)
        csv.writer(out, lineterminator="\n").writerows(row[len(REFUSED) :] for row in rows)
    except (csv.Error, FileUnreadable) as error:
        raise CommandError(f"{name} is not CSV: {error}") from None
    return out.getvalue().encode()


def cut(file: File, most_rows: int, most_bytes: int) -> list[Piece]:
    """Return the pieces of *file*, each with its header; a file that fits is one, as it was found.

    A piece of a packed file is packed. Raises: CommandError.
    """
    try:
        begins = [row.line for row in READERS[MEDIA_TYPES[file.format]](file.body)]
    except FileUnreadable as error:
        line = f", line {error.facts['line']}" if "line" in error.facts else ""
        raise CommandError(f"{file.name}{line}: {error}") from None
    if len(begins) <= most_rows and len(file.body) <= most_bytes:
        return [Piece(file.found, len(begins))]
    if not begins:
        raise CommandError(f"{file.name} has no rows")
    if file.format == "json":
        raise CommandError(
            f"{file.name} has {len(begins)} rows and {len(file.body)} bytes, a document at most"
            f" {most_rows} and {most_bytes}: write it as JSON Lines, which can be cut"
        )
    return list(_pieces(file, [each for each in begins if each], most_rows, most_bytes))


def _pieces(file: File, begins: Sequence[int], most_rows: int, most_bytes: int) -> Iterator[Piece]:
    """Yield the pieces of a file whose rows begin in these lines."""
    text = [each.encode() for each in lines(file.body)]
    header = text[: begins[0] - 1]
    room = most_bytes - sum(map(len, header))
    edges = [*begins, len(text) + 1]
    first, size = 0, 0
    firsts = [0]
    for row, (begin, end) in enumerate(pairwise(edges)):
        own = sum(map(len, text[begin - 1 : end - 1]))
        if row > first and (row - first == most_rows or size + own > room):
            first, size = row, 0
            firsts.append(row)
        size += own
    for first, following in pairwise([*firsts, len(begins)]):
        body = b"".join([*header, *text[edges[first] - 1 : edges[following] - 1]])
        sent = gzip.compress(body, mtime=0) if file.packed else body
        yield Piece(sent, following - first, first, edges[first] - edges[0])


def columns(file: File) -> list[str]:
    """Return the names of a table's columns; none where the file is not one."""
    if file.format not in TABLES:
        return []
    return next(filter(None, csv.reader(lines(file.body))))


def cells(file: File, begins: Sequence[int]) -> Iterator[list[str]]:
    """Yield the fields of the rows of a table that begin in these lines."""
    text = list(lines(file.body)) if begins else []
    for line in begins:
        yield next(csv.reader(text[at] for at in range(line - 1, len(text))))
