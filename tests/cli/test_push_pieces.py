"""Large files are cut into batches of their own, and rows keep the place they have in the file."""

import gzip
import json
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from cli.errors import CommandError
from cli.push.pieces import File, Piece, cells, columns, cut, recognise
from cli.push.slices import declared, require_one
from shared.batches.formats import csv_rows, json_lines
from shared.batches.rows import Row

HEADER = "applicant,measure,value,as_of,comment"
MANY = 10**9


def table(*rows: str, name: str = "a.csv", end: str = "\n") -> File:
    """Return a CSV file of these rows."""
    return recognise(name, "".join(f"{each}{end}" for each in (HEADER, *rows)).encode(), None)


def row(comment: str) -> str:
    """Return a row of CSV."""
    quoted = comment.replace('"', '""')
    return f'C1,stations,5,2026-06-01,"{quoted}"'


def unpacked(piece: Piece) -> bytes:
    return gzip.decompress(piece.body) if piece.body.startswith(b"\x1f\x8b") else piece.body


def moved(piece: Piece, read: Row) -> tuple[int, int | None]:
    """Return index and line in the whole file of a row as the gateway reads it in its piece."""
    item: dict[str, Any] = {"index": read.index, "line": read.line, "errors": []}
    found = piece.placed(item)
    return found["index"], found["line"]


def test_a_file_that_fits_is_sent_as_it_was_found() -> None:
    for found in (HEADER.encode() + b"\r\n\r\n", gzip.compress(HEADER.encode())):
        file = recognise("a.csv", found, None)

        assert cut(file, 1, MANY) == [Piece(found, 0)]


@pytest.mark.parametrize("packed", [False, True])
def test_each_piece_has_the_header_and_whole_rows(packed: bool) -> None:  # noqa: FBT001
    file = table(row("one\ntwo"), "", row("three"), row("four"))
    file = recognise("a.csv", gzip.compress(file.body) if packed else file.body, None)

    pieces = cut(file, 2, MANY)

    assert [unpacked(each).decode() for each in pieces] == [
        "\n".join([HEADER, row("one\ntwo"), "", row("three"), ""]),
        "\n".join([HEADER, row("four"), ""]),
    ]
    assert [each.body.startswith(b"\x1f\x8b") for each in pieces] == [packed, packed]
    assert [(each.rows, each.rows_before, each.lines_before) for each in pieces] == [
        (2, 0, 0),
        (1, 2, 4),
    ]


def test_no_piece_has_more_bytes_than_a_batch() -> None:
    file = table(*(row("字" * length) for length in range(40)))
    most = 300

    pieces = cut(file, MANY, most)

    assert max(len(each.body) for each in pieces) <= most
    following = [len(each.body) + 80 for each in pieces[:-1]]
    assert min(following) > most / 2  # none is small without need
    assert sum(each.rows for each in pieces) == 40


def test_a_row_that_is_larger_than_a_batch_is_a_piece_for_the_gateway_to_refuse() -> None:
    file = table(row("a"), row("b" * 500), row("c"))

    assert [each.rows for each in cut(file, MANY, 300)] == [1, 1, 1]


@given(
    st.lists(st.one_of(st.just(""), st.text('a"\n\r,字', max_size=6).map(row)), max_size=12),
    st.integers(1, 5),
    st.integers(60, 400),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_pieces_have_the_rows_of_the_file_at_their_places(
    rows: list[str], most_rows: int, most_bytes: int, end: str, mark: bytes
) -> None:
    file = recognise("a.csv", mark + table(*rows, end=end).body, None)

    pieces = cut(file, most_rows, most_bytes)

    whole = list(csv_rows.read(file.body))
    parts = [(piece, read) for piece in pieces for read in csv_rows.read(piece.body)]
    assert [moved(*each) for each in parts] == [(each.index, each.line) for each in whole]
    assert [read.members for _, read in parts] == [each.members for each in whole]
    assert [each.rows for each in pieces] == [
        sum(piece is each for piece, _ in parts) for each in pieces
    ]
    fields = cells(file, [each.line or 0 for each in whole])
    assert [each[4] for each in fields] == [each.members.get("comment", "") for each in whole]
    assert columns(file) == HEADER.split(",")


def test_json_lines_are_cut_without_a_header() -> None:
    body = b'\n{"a": 1}\n\n{"a": 2}\n{"a": 3}'
    file = recognise("a.jsonl", body, None)

    pieces = cut(file, 2, MANY)

    parts = [(piece, read) for piece in pieces for read in json_lines.read(piece.body)]
    assert [moved(*each) for each in parts] == [(0, 2), (1, 4), (2, 5)]
    assert [read.members["a"] for _, read in parts] == [1, 2, 3]


@pytest.mark.parametrize(("rows", "most_bytes"), [(1, MANY), (2, 18)])
def test_a_large_json_document_is_to_be_written_as_lines(rows: int, most_bytes: int) -> None:
    file = recognise("a.json", json.dumps({"items": [{}, {}]}).encode(), None)

    with pytest.raises(CommandError, match=r"2 rows and 19 bytes, .*JSON Lines, which can be cut"):
        cut(file, rows, most_bytes)


def test_rows_that_name_each_other_name_their_places_in_the_file() -> None:
    piece = Piece(b"", rows=9, rows_before=100, lines_before=200)
    twice = "of the same applicant, measure and date in line 4, line 5 and 1 more."
    errors = [
        {"pointer": "", "code": "repeated-row", "detail": twice},
        {"pointer": "", "code": "not-json", "detail": "not in line 4"},
    ]

    placed = piece.placed({"index": 1, "line": 3, "errors": errors})

    assert (placed["index"], placed["line"]) == (101, 203)
    assert placed["errors"][0]["detail"].endswith("in line 204, line 205 and 1 more.")
    assert placed["errors"][1] == errors[1]


@pytest.mark.parametrize(
    ("name", "body", "format_"),
    [
        ("a.json", b"{}", "json"),
        ("a.b.NDJSON", b"{}", "jsonl"),
        ("a.jsonl.gz", gzip.compress(b"{}", mtime=0), "jsonl"),
        ("a.csv", b"applicant,STRUCTURE", "csv"),
        ("a.csv", b"STRUCTURE,STRUCTURE_ID", "sdmx-csv"),
        ("a.csv", b'\xef\xbb\xbf"STRUCTURE",', "sdmx-csv"),
        ("a.csv.gz", gzip.compress(b"STRUCTURE,", mtime=0), "sdmx-csv"),
    ],
)
def test_the_suffix_says_the_format_and_the_header_whether_it_is_sdmx(
    name: str, body: bytes, format_: str
) -> None:
    assert recognise(name, body, None).format == format_
    assert recognise(name, body, "json").format == "json"


def test_reasons_before_a_table_are_taken_off_and_lines_stay_where_they_are() -> None:
    printed = 'line,pointer,code,detail,STRUCTURE,a\n2,/a,x,"y, z",s,"1\n2"\n\n7,,,,"",""\n'

    file = recognise("a.csv", printed.encode(), None)

    assert file.format == "sdmx-csv"
    assert file.found == b'STRUCTURE,a\ns,"1\n2"\n\n,\n'
    assert not file.packed
    with pytest.raises(CommandError, match=r"a\.csv is not CSV"):
        recognise("a.csv", printed.encode() + b'"', None)


def test_a_slice_is_declared_in_three_parts_of_a_file_that_is_sent_at_once() -> None:
    """Each piece of a cut file would have what the others say of their applicants taken back."""
    said = declared("stations,2026-06-30,entered")

    assert said == {
        "slice_measure": "stations",
        "slice_as_of": "2026-06-30",
        "slice_applicants": "entered",
    }
    require_one(1)
    with pytest.raises(CommandError, match="too large to be sent at once"):
        require_one(2)


@pytest.mark.parametrize(
    "covers",
    [
        "a",
        "a,2026-12-31,entered,5",
        "a b,2026-12-31,5",
        "a,31/12/2026,entered",
        "a,2026-12-31,all",
        *(f"a,2026-12-31,{number}" for number in ("0", "-1", "05", "50001")),
    ],
)
def test_a_slice_that_is_typed_wrongly_is_refused_with_how_it_is_written(covers: str) -> None:
    with pytest.raises(typer.BadParameter, match="entered"):
        declared(covers)
