"""Files of rows: four formats that say the same, each fault with its place and code."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.batches.formats import READERS, csv_rows, json_lines, json_rows, sdmx_csv
from shared.batches.formats.json_rows import MOST_ELEMENTS
from shared.batches.formats.sdmx_csv import last_day
from shared.batches.formats.text import MOST_LINE
from shared.batches.rows import Row
from shared.core.errors import FileUnreadable
from shared.submissions.drafts.exact import Inexact, number
from tests.fixtures.frameworks import examples

HEADER = "applicant,measure,value,as_of"
SDMX_HEADER = "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE"

ORDER = ["applicant", "measure", "as_of", "value", "comment"]

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
TABLES = st.lists(
    st.fixed_dictionaries(
        {
            "applicant": WORDS,
            "measure": WORDS,
            "as_of": st.dates().map(str),
            "value": st.integers(0, 10**9).map(str),
            "comment": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
        }
    ),
    min_size=1,
    max_size=6,
)


def members(rows: Iterator[Row]) -> list[dict[str, Any]]:
    """Return what rows say, none of them with a fault; their values as texts."""
    found = list(rows)
    assert [each.index for each in found] == list(range(len(found)))
    assert not any(each.findings for each in found)
    return [dict(each.members) | {"value": str(each.members["value"])} for each in found]


def written(columns: list[str], rows: list[list[str]]) -> bytes:
    """Write a table as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


@given(TABLES, st.sampled_from([b"", b"\xef\xbb\xbf"]))
@examples(100)
def test_all_formats_say_the_same(rows: list[dict[str, str]], mark: bytes) -> None:
    objects = [row | {"value": int(row["value"])} for row in rows]
    columns = [*SDMX_HEADER.split(","), "COMMENT_OBS"]
    table = [[row[name] for name in ORDER] for row in rows]
    plain = written(ORDER, table)
    sdmx = written(columns, [["dataflow", "X", "M", *fields] for fields in table])
    lines = "\n".join(json.dumps(each) for each in objects).encode()

    assert members(json_rows.read(json.dumps({"items": objects}).encode())) == rows
    assert members(json_lines.read(mark + lines)) == rows
    assert members(csv_rows.read(mark + plain)) == rows
    assert members(sdmx_csv.read(mark + sdmx)) == rows


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_another_program_prints_of_a_double_is_taken(value: float) -> None:
    assert number(repr(value)) == value


@pytest.mark.parametrize("text", ["0.1", "1.10", "0.30000000000000004", "1e3", "-0"])
def test_a_number_is_read_where_it_says_the_same_again(text: str) -> None:
    assert number(text) == float(text)


@pytest.mark.parametrize(
    "text", ["0.1234567890123456789", "12345678901234567", "1e400", "1e-400", "9" * 500]
)
def test_a_number_that_would_be_rounded_is_not(text: str) -> None:
    assert isinstance(number(text), Inexact)


def test_lines_are_counted_in_the_file_and_empty_ones_are_no_rows() -> None:
    body = f'{HEADER}\n\nA,m,5,2026-01-01\n"B\n",m,6,2026-01-01\nC,m,7,2026-01-01\n'.encode()

    assert [each.line for each in csv_rows.read(body)] == [3, 4, 6]


def test_a_row_with_another_number_of_fields_is_refused_by_itself() -> None:
    rows = list(csv_rows.read(f"{HEADER}\nA,m,5\nB,m,5,2026-01-01\n".encode()))

    assert [each.code for each in rows[0].findings] == ["wrong-number-of-fields"]
    assert not rows[1].findings


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("applicant;measure;value;as_of", "column 1 of the header is not known"),
        ("applicant,measure,value,value", "column 4 of the header stands twice"),
        ("applicant,measure,value", "the header lacks as_of"),
        ("", "the file is empty"),
        ('applicant,measure,value,"as_of', "the file is not CSV"),
    ],
)
def test_a_header_that_does_not_fit_is_said(header: str, said: str) -> None:
    with pytest.raises(FileUnreadable, match=said):
        list(csv_rows.read(header.encode()))


@pytest.mark.parametrize("kind", READERS)
def test_what_is_in_utf_16_is_said(kind: str) -> None:
    with pytest.raises(FileUnreadable):
        list(READERS[kind]('{"items": ["é"]}\n'.encode("utf-16")))


@pytest.mark.parametrize("kind", [each for each in READERS if each != "application/json"])
def test_what_is_not_utf_8_is_said(kind: str) -> None:
    with pytest.raises(FileUnreadable, match="not UTF-8 from line 1 on"):
        list(READERS[kind]('{"items": ["é"]}\n'.encode("latin-1")))


def test_a_row_of_a_document_that_is_not_utf_8_is_refused_by_itself() -> None:
    rows = list(json_rows.read('{"items": [{"a": "é"}, {"a": "e"}]}'.encode("latin-1")))

    assert [[each.code for each in row.findings] for row in rows] == [["not-json"], []]


@pytest.mark.parametrize(
    ("body", "line", "column", "said"),
    [
        ('{"items": [1,]}', 1, 14, "a comma with nothing behind it"),
        ('{"items":\n [1', 2, 4, "the text ends here"),
        ("\ufeff{}", 1, 1, "a byte order mark"),
        ('{"items": []} more', 1, 15, "something follows"),
        ("", 1, 1, "the text ends here"),
    ],
)
def test_json_that_is_none_says_where_and_what_was_met(
    body: str, line: int, column: int, said: str
) -> None:
    with pytest.raises(FileUnreadable, match=said) as refused:
        list(json_rows.read(body.encode()))

    assert refused.value.facts == {"line": line, "column": column}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b'{"value": 1, "value": 2}', "member-twice"),
        (b'{"value": 1, "value" : 2}', "member-twice"),
        (b'{"value": "\\ud800"}', "text-unwritable"),
        (b'{"value": NaN}', "not-json"),
        (b"[" * 3_000 + b"]" * 3_000, "not-json"),
        (b'{"value": "' + b"x" * 2**16 + b'"}', "row-too-long"),
        (b"7", "not-an-object"),
    ],
)
def test_a_row_that_cannot_be_kept_as_it_was_sent_is_refused(row: bytes, code: str) -> None:
    (read,) = (
        json_lines.read(row)
        if code != "row-too-long"
        else json_rows.read(b'{"items": [' + row + b"]}")
    )

    assert [each.code for each in read.findings] == [code]


@pytest.mark.parametrize("depth", [990, 1_100, 30_000])
def test_what_is_nested_too_deep_is_refused_and_no_fault_of_ours(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    with pytest.raises(FileUnreadable):
        list(json_rows.read(b'{"items": ' + deep + b"}" + b"]"))
    for document in (b'{"items": [' + deep + b"]}", b'{"items": ' + deep + b"}"):
        with suppress(FileUnreadable):
            assert all(row.findings for row in json_rows.read(document))
    (row,) = json_lines.read(b'{"value": ' + deep[: 2**15] + b', "x": {"y": 1}}')
    assert row.findings or row.members


@pytest.mark.parametrize("first", [b"", b'{"value": 1}'])
def test_a_document_with_two_lists_of_rows_is_refused(first: bytes) -> None:
    with pytest.raises(FileUnreadable):
        list(json_rows.read(b'{"items": [' + first + b'], "items": [{"value": 2}]}'))


def test_a_text_that_looks_like_a_member_is_none() -> None:
    (row,) = json_lines.read(rb'{"comment": "\"value\": 1", "value": 2}')

    assert row.members == {"comment": '"value": 1', "value": 2}


def test_a_document_of_more_than_can_be_rows_is_refused_before_it_is_read() -> None:
    with pytest.raises(FileUnreadable, match="members and elements"):
        list(json_rows.read(b'{"items": [' + b"1," * MOST_ELEMENTS + b"1,1]}"))


def test_a_line_that_is_not_json_is_a_bad_row_and_the_others_are_read() -> None:
    rows = list(json_lines.read(b'{"a": 1}\n{"a": 1,}\n[]\n\n{"a": 2}\n'))

    assert [each.line for each in rows] == [1, 2, 3, 5]
    codes = [[each.code for each in row.findings] for row in rows]
    assert codes == [[], ["not-json"], ["not-an-object"], []]


def test_what_is_not_json_in_a_line_is_told_by_its_line_of_the_file() -> None:
    rows = list(json_lines.read(b'{"a": 1,}\r\n\n{"a": 1\n'))

    found = [finding for each in rows for finding in each.findings]
    assert [(each.message, each.params) for each in found] == [
        ("Not JSON at column 9: a comma with nothing behind it.", {"line": 1, "column": 9}),
        ("Not JSON at line 3, column 8: the text ends here.", {"line": 3, "column": 8}),
    ]


@pytest.mark.parametrize("kind", ["application/jsonl", "text/csv"])
def test_a_line_without_end_is_refused_before_it_is_read(kind: str) -> None:
    with pytest.raises(FileUnreadable, match="line 1 has more than"):
        list(READERS[kind](b"," * (MOST_LINE + 2)))


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2026", "2026-12-31"),
        ("2026-Q1", "2026-03-31"),
        ("2026-A1", "2026-12-31"),
        ("2026-S1", "2026-06-30"),
        ("2026-T2", "2026-08-31"),
        ("2026-M05", "2026-05-31"),
        ("2026-Q5", "2026-Q5"),
        ("2026-Q0", "2026-Q0"),
        ("2026-00", "2026-00"),
        ("2026-M13", "2026-M13"),
        ("2026-M5", "2026-M5"),
        ("2026-W05", "2026-W05"),
        ("2028-02", "2028-02-29"),
        ("2026-06-30", "2026-06-30"),
        ("2026-13", "2026-13"),
        ("0000", "0000"),
        ("June", "June"),
    ],
)
def test_a_period_stands_for_its_last_day(period: str, day: str) -> None:
    assert last_day(period) == day


def test_an_action_says_whether_a_value_is_given_or_taken_back() -> None:
    said = f"{SDMX_HEADER}\nd,X,R,A,m,2026,5\nd,X,D,A,m,2026,\nd,X,Z,A,m,2026,5\n"
    rows = list(sdmx_csv.read(said.encode()))

    plain = {"applicant": "A", "measure": "m", "as_of": "2026-12-31", "value": "5"}
    assert rows[0].members == plain
    assert rows[1].members["status"] == "withdrawn"
    assert "value" not in rows[1].members
    assert [each.code for each in rows[2].findings] == ["unknown-action"]
