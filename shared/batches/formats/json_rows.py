"""JSON: `{"items": [ … ], "slice": { … }}`, read exactly: no digit is lost, no member stands twice.

The document is cut into rows before any of them is read, so that no step of it takes long.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from shared.batches.rows import SURE_DIGITS, Row, number
from shared.batches.slices import Declared
from shared.core.errors import FileUnreadable, Finding

MOST_BYTES = 2**16
"""Of a row: it is read in one piece, and all others wait meanwhile."""

MOST_ELEMENTS = 600_000
"""Of a document: of 50 000 rows, each with all of its members and some codes."""

NOT_AN_OBJECT = Finding("", "not-an-object", "A row is an object with the members of a submission.")
TOO_LONG = Finding("", "row-too-long", f"A row has at most {MOST_BYTES} bytes.")
TWICE = Finding("", "member-twice", "The row has the same member twice.")
SHAPE = 'a batch in JSON is {"items": [ … ]}'
SLICE = 'a slice is {"measure": …, "as_of": …, "applicants": …}'

MEMBER = re.compile(rb'"\s*:')
BYTE = re.compile(r" \(byte (\d+)\)$")
PLAIN = {
    "Input data was truncated": "the text ends here",
    "JSON is malformed: trailing comma in array": "a comma with nothing behind it",
    "JSON is malformed: trailing comma in object": "a comma with nothing behind it",
    "JSON is malformed: trailing characters": "something follows the document",
}
"""What the decoder says, in our words; of anything else it is a character that stands there."""


SKELETON = re.compile(
    rb'\s*{\s*("items"\s*:\s*\.(\s*,\s*"slice"\s*:\s*\.)?|"slice"\s*:\s*\.\s*,\s*"items"\s*:\s*\.)\s*}\s*'
)
"""A document without its values: each member once."""


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    items: msgspec.Raw
    slice: msgspec.Raw = msgspec.Raw()


class _Slice(msgspec.Struct):
    slice: msgspec.Raw = msgspec.Raw()


DOCUMENT = msgspec.json.Decoder(_Document)
OF_SLICE = msgspec.json.Decoder(_Slice)
LIST = msgspec.json.Decoder(list[msgspec.Raw])
MEMBERS = msgspec.json.Decoder(float_hook=number)


def read(body: bytes) -> Iterator[Row]:
    """Yield the rows of a JSON document. Raises: FileUnreadable."""
    _refuse_unbounded(body)
    try:
        document = DOCUMENT.decode(body)
        items = LIST.decode(document.items)
    except (msgspec.ValidationError, RecursionError):
        raise FileUnreadable(SHAPE) from None
    except msgspec.DecodeError as error:
        line, column, met = fault(body, error)
        message = f"not JSON at line {line}, column {column}: {met}"
        raise FileUnreadable(message, line=line, column=column) from None
    if not _has_each_once(body, document):
        raise FileUnreadable(SHAPE)
    for index, raw in enumerate(items):
        yield row(index, None, bytes(raw))


def declared(body: bytes) -> Declared | None:
    """Return the slice that a document declares, which `read` has read; None: none.

    Raises: FileUnreadable.
    """
    raw = bytes(OF_SLICE.decode(body).slice) if b'"slice"' in body else b""
    if not raw:
        return None
    try:
        members = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        members = None
    if not isinstance(members, dict) or _has_twins(raw):
        raise FileUnreadable(SLICE)
    return Declared(members, "/slice/")


def row(index: int, line: int | None, raw: bytes) -> Row:
    """Return what a JSON text says as a row; what is wrong with it is a finding."""
    if len(raw) > MOST_BYTES:
        return Row(index, line, findings=(TOO_LONG,))
    try:
        members = MEMBERS.decode(raw)
        twins = (
            isinstance(members, dict)
            and len(MEMBER.findall(raw)) != len(members)
            and _has_twins(raw)
        )
    except (msgspec.DecodeError, RecursionError) as error:
        _, column, met = fault(raw, error)
        message = f"Not JSON at column {column}: {met}."
        return Row(index, line, findings=(Finding("", "not-json", message),))
    if not isinstance(members, dict):
        return Row(index, line, findings=(NOT_AN_OBJECT,))
    if twins:
        return Row(index, line, findings=(TWICE,))
    value = members.get("value")
    if isinstance(value, int) and abs(value) >= 10**SURE_DIGITS:
        members["value"] = number(str(value))
    return Row(index, line, members)


def _has_each_once(body: bytes, document: _Document) -> bool:
    """Say whether each member stands once; the decoder, which knows no others, kept the last."""
    skeleton = body
    for value in filter(len, (document.items, document.slice)):
        place = skeleton.rfind(value)
        skeleton = skeleton[:place] + b"." + skeleton[place + len(value) :]
    return SKELETON.fullmatch(skeleton) is not None


def _has_twins(raw: bytes) -> bool:
    """Say whether an object has the same member twice; the fast decoder keeps the last."""
    try:
        json.loads(raw, object_pairs_hook=_refuse_twins)
    except _Twins:
        return True
    return False


class _Twins(ValueError):
    """An object has the same member twice."""


def _refuse_twins(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise _Twins


def _refuse_unbounded(body: bytes) -> None:
    """Count what the document would become, which takes a moment. Raises: FileUnreadable."""
    if body.count(b",") <= MOST_ELEMENTS:
        return
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if b" ".join(bare.split(b'"')[::2]).count(b",") > MOST_ELEMENTS:
        raise FileUnreadable(f"a document has at most {MOST_ELEMENTS} members and elements")


def fault(text: bytes, error: Exception) -> tuple[int, int, str]:
    """Return line, column and what was met there, each in words of ours."""
    said = str(error)
    place = BYTE.search(said)
    at = int(place[1]) - ("trailing characters" in said) if place else len(text)  # it read on
    line_begins = text.rfind(b"\n", 0, at) + 1
    met = PLAIN.get(BYTE.sub("", said), "a character that cannot stand there")
    if text.startswith(b"\xef\xbb\xbf") and at == 0:
        met = "a byte order mark"
    elif b"\x00" in text[:4]:
        met = "a NUL, as in UTF-16"
    elif not place and "UTF-8" in said:
        met = "what is not UTF-8"
    column = len(text[line_begins:at].decode(errors="replace")) + 1
    return text.count(b"\n", 0, at) + 1, column, met
