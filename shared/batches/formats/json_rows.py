"""JSON: `{"items": [ … ], "slice": { … }}`, read exactly: no digit is lost, no member stands twice.

The document is cut into rows before any of them is read, so that no step of it takes long.
"""

import re
from collections.abc import Iterator

import msgspec

from shared.batches.rows import Row
from shared.batches.slices import Declared
from shared.core.errors import FileUnreadable, Finding
from shared.submissions.drafts import json_text

MOST_ELEMENTS = 600_000
"""Of a document: of 50 000 rows, each with all of its members and some codes."""

SHAPE = 'a batch in JSON is {"items": [ … ]}'
SLICE = 'a slice is {"measure": …, "as_of": …, "applicants": …}'

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


def read(body: bytes) -> Iterator[Row]:
    """Yield the rows of a JSON document. Raises: FileUnreadable."""
    _refuse_unbounded(body)
    try:
        document = DOCUMENT.decode(body)
        items = LIST.decode(document.items)
    except (msgspec.ValidationError, RecursionError):
        raise FileUnreadable.of("not-a-batch", SHAPE) from None
    except msgspec.DecodeError as error:
        line, column, met = json_text.fault(body, error)
        message = f"not JSON at line {line}, column {column}: {met}"
        raise FileUnreadable.of("not-json", message, line=line, column=column) from None
    if not _has_each_once(body, document):
        raise FileUnreadable.of("not-a-batch", SHAPE)
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
    if not isinstance(members, dict) or json_text.has_twins(raw):
        raise FileUnreadable.of("not-a-slice", SLICE)
    return Declared(members, "/slice/")


def row(index: int, line: int | None, raw: bytes) -> Row:
    """Return what a JSON text says as a row; what is wrong with it is a finding.

    *line* is that of the file which it begins on; None: it has none of its own.
    """
    members = json_text.read(raw, line or 1)
    if isinstance(members, Finding):
        return Row(index, line, findings=(members,))
    return Row(index, line, members)


def _has_each_once(body: bytes, document: _Document) -> bool:
    """Say whether each member stands once; the decoder, which knows no others, kept the last."""
    skeleton = body
    for value in filter(len, (document.items, document.slice)):
        place = skeleton.rfind(value)
        skeleton = skeleton[:place] + b"." + skeleton[place + len(value) :]
    return SKELETON.fullmatch(skeleton) is not None


def _refuse_unbounded(body: bytes) -> None:
    """Count what the document would become, which takes a moment. Raises: FileUnreadable."""
    if body.count(b",") <= MOST_ELEMENTS:
        return
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    if b" ".join(bare.split(b'"')[::2]).count(b",") > MOST_ELEMENTS:
        message = f"a document has at most {MOST_ELEMENTS} members and elements"
        raise FileUnreadable.of("too-many-elements", message, {"most": MOST_ELEMENTS})
