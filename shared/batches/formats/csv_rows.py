"""CSV: comma, double quotes, a header row (RFC 4180); `docs/push.md` describes the dialect."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from shared.batches.cells import flag, revision
from shared.batches.formats.text import lines
from shared.batches.rows import Cell, Row
from shared.core.errors import FileUnreadable, Finding

REQUIRED = ("applicant", "measure", "value", "as_of")
OPTIONAL = (
    *("status", "reference", "comment", "expected_revision"),
    *("reported_at", "obs_status", "confirm"),
)

SPARED = {"value": "status", "OBS_VALUE": "ACTION"}
"""What a table need not have beside another column, by which it takes values back."""

COLUMN_TWICE = "column-twice", "stands twice"
COLUMN_UNKNOWN = "unknown-column", "is not known"
PLAIN = {
    "unexpected end of data": "quotation marks are opened and not closed",
    "',' expected after '\"'": "something stands between closing quotation marks and the comma",
    "line contains NUL": "a NUL character",
}
"""What the reader says, in our words."""

MEANT: dict[str, Callable[[str], Any]] = {
    "value": Cell,
    "expected_revision": revision,
    "confirm": flag,
}
"""What a text of these columns is; of the others it is the text."""


def read(body: bytes) -> Iterator[Row]:
    """Yield the rows of a CSV file. Raises: FileUnreadable."""
    for line, index, cells in table(body, REQUIRED, OPTIONAL, {}):
        if isinstance(cells, Finding):
            yield Row(index, line, findings=(cells,))
            continue
        yield Row(index, line, meant(cells))


def meant(members: dict[str, Any]) -> dict[str, Any]:
    """Read those of *members* that are more than a text, and return them with the others."""
    for name, read_ in MEANT.items():
        if name in members:
            members[name] = read_(members[name])
    return members


def table(
    body: bytes, required: Sequence[str], optional: Sequence[str], names: Mapping[str, str]
) -> Iterator[tuple[int, int, dict[str, str] | Finding]]:
    """Yield line, index, and the cells that are not empty by column, of each row that is not.

    *names* says what a column is called there, if not as in the header. A row with another number
    of fields than the header is a finding. Raises: FileUnreadable.
    """
    reader = csv.reader(lines(body), strict=True)
    columns: Sequence[str] | None = None
    index, begins = 0, 1
    try:
        for fields in reader:
            line, begins = begins, reader.line_num + 1
            if not fields:
                continue
            if columns is None:
                header = _header(fields, required, optional)
                columns = [names.get(each, each) for each in header]
                continue
            if len(fields) == len(columns):
                cells = zip(columns, fields)  # noqa: B905 -- there are as many of both
                yield line, index, {name: text for name, text in cells if text}
            else:
                message = f"The row has {len(fields)} fields, the header {len(columns)}."
                params = {"fields": len(fields), "expected": len(columns)}
                yield line, index, Finding("", "wrong-number-of-fields", message, params)
            index += 1
    except csv.Error as error:
        met = PLAIN.get(str(error), "something that CSV has not")
        raise FileUnreadable.of(
            "not-csv", f"the file is not CSV: {met}", line=reader.line_num
        ) from None
    if columns is None:
        raise FileUnreadable.of("no-header", "the file is empty: a header row comes first", line=1)


def _header(fields: list[str], required: Sequence[str], optional: Sequence[str]) -> list[str]:
    """Return the names of the columns. Raises: FileUnreadable."""
    known = {*required, *optional}
    for at, name in enumerate(fields, 1):
        if name not in known or name in fields[: at - 1]:
            code, fault = COLUMN_TWICE if name in known else COLUMN_UNKNOWN
            raise FileUnreadable.of(
                code,
                f"column {at} of the header {fault}: the columns are {', '.join(required)}, and"
                f" {', '.join(optional)} where wanted, parted by commas",
                {"required": required, "optional": optional},
                line=1,
                column=at,
            )
    lacking = [name for name in required if name not in fields and SPARED.get(name) not in fields]
    if lacking:
        message = f"the header lacks {', '.join(lacking)}"
        raise FileUnreadable.of("column-missing", message, {"lacking": lacking}, line=1)
    return fields
