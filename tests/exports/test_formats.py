"""Formats by themselves: whatever is in a cell comes back, and a spreadsheet opens it as meant."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exports.formats import csv_lines, workbook
from api.exports.formats.workbook import SheetFile
from api.exports.tables import Row, Table
from shared.core.errors import Invalid
from tests.exports.reading import of_csv, of_workbook, same

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
HOSTILE = st.tuples(st.sampled_from(["=", "'", "\r", "0", "1e", "<r>", "_x000D_", ""]), TEXTS)
CELLS = st.one_of(
    HOSTILE.map("".join),
    st.booleans(),
    st.floats(-1e300, 1e300),
    st.dates(date(1900, 3, 1), date(2999, 12, 31)),
    st.datetimes(datetime(1901, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
ROWS = st.lists(st.tuples(CELLS, CELLS | st.none()).map(list), max_size=5)


async def _no_pages() -> AsyncGenerator[list[Row], None]:
    return
    yield


def table(columns: tuple[str, ...] = ("a", "b")) -> Table[list[Row]]:
    """Return a table whose pages are their rows."""
    return Table(columns, _no_pages(), iter, lambda _: iter(()))


def as_csv(rows: list[Row]) -> bytes:
    """Return *rows* as CSV."""
    return csv_lines.head(("a", "b")) + csv_lines.lines(table(), rows)


def as_workbook(rows: list[Row]) -> bytes:
    """Return *rows* as a workbook."""
    made = SheetFile("test")
    try:
        made.begin(("a", "b"))
        made.append(rows)
        file: IO[bytes] = made.finish()
        return file.read()
    finally:
        made.close()


def said(cell: object) -> object:
    """Return a cell as the JSON value that it would be."""
    if isinstance(cell, datetime):
        return cell.isoformat().replace("+00:00", "Z")
    return cell.isoformat() if isinstance(cell, date) else cell


@given(ROWS)
def test_every_cell_of_csv_comes_back(rows: list[Row]) -> None:
    found = [list(each.values()) for each in of_csv(as_csv(rows))]
    for read, row in zip(found, rows, strict=True):
        assert all(same(cell, said(own)) for cell, own in zip(read, row, strict=True)), (read, row)


@settings(deadline=None)  # each writes a file
@given(ROWS)
def test_every_cell_of_a_workbook_comes_back_with_its_type(rows: list[Row]) -> None:
    found = [list(each.values()) for each in of_workbook(as_workbook(rows))]
    for read, row in zip(found, rows, strict=True):
        for cell, own in zip(read, row, strict=True):
            assert same(cell, said(own)), (cell, own)
            if isinstance(own, str | bool):
                assert type(cell) is type(own)


@given(TEXTS)
def test_no_text_of_csv_begins_a_formula(text: str) -> None:
    line = as_csv([[text, None]]).decode().split("\r\n", 1)[1]
    assert line.removeprefix('"')[:1] not in tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("210212", "210212"),
        ("21021200000", "21021200000"),
        ("210212000000", "'210212000000"),
        ("0210", "'0210"),
        ("1E5", "'1E5"),
        ("2026-1", "'2026-1"),
        ("1.50", "'1.50"),
        ("INF-1", "INF-1"),
        ("2a", "2a"),
        ("=1+1", "'=1+1"),
        ("'", "''"),
        ("大连", "大连"),
    ],
)
def test_a_text_that_a_spreadsheet_would_change_has_an_apostrophe(text: str, cell: str) -> None:
    assert as_csv([[text, -1.5]]).decode("utf-8-sig") == f"a,b\r\n{cell},-1.5\r\n"


def test_a_workbook_says_what_a_sheet_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    assert len(of_workbook(as_workbook([["x", 1]] * 2))) == 2
    with pytest.raises(Invalid, match="more rows"):
        as_workbook([["x", 1]] * 3)
    with pytest.raises(Invalid, match="longer text"):
        as_workbook([["🏭" * 16_384, 1]])
    made = SheetFile("test")
    try:
        with pytest.raises(Invalid, match="more columns"):
            made.begin(["x"] * 16_385)
    finally:
        made.close()
