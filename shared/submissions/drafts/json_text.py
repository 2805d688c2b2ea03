"""JSON read exactly: no digit is lost, no member stands twice; faults are in our words."""

import json
import re
from typing import Any

import msgspec

from shared.core.errors import Finding
from shared.submissions.drafts.exact import SURE_DIGITS, number

MOST_BYTES = 2**16
"""Of one submission: it is read in one piece, and all others wait meanwhile."""

NOT_AN_OBJECT = Finding("", "not-an-object", "A submission is an object with its members.")
TOO_LONG = Finding(
    "", "row-too-long", f"A submission has at most {MOST_BYTES} bytes.", {"most": MOST_BYTES}
)
SURROGATE = Finding("", "text-unwritable", "A text has a lone surrogate.")
TWICE = Finding("", "member-twice", "An object has the same member twice.")

LARGE = 10**SURE_DIGITS
"""A whole number from here on is looked at digit by digit."""

AT_THE_END = re.compile(rb'\\u[dD][89abAB]..(?!\\u)[^"]{0,5}"[^"]{0,6}\Z')
"""Half a pair so near the end that the decoder takes the text for one that broke off."""

MEMBER = re.compile(rb'"\s*:')
BYTE = re.compile(r" \(byte (\d+)\)$")
PLAIN = {
    "Input data was truncated": "the text ends here",
    "JSON is malformed: trailing comma in array": "a comma with nothing behind it",
    "JSON is malformed: trailing comma in object": "a comma with nothing behind it",
    "JSON is malformed: trailing characters": "something follows the document",
}
"""What the decoder says, in our words; of anything else it is a character that stands there."""

MEMBERS = msgspec.json.Decoder(float_hook=number)


def read(raw: bytes, begins: int = 1) -> dict[str, Any] | Finding:
    """Return the members of one submission; their values as they stand, or what is wrong.

    *begins* is the line of its file that it begins on.
    """
    if len(raw) > MOST_BYTES:
        return TOO_LONG
    try:
        members = MEMBERS.decode(raw)
        if not isinstance(members, dict):
            return NOT_AN_OBJECT
        # Most have as many colons as members, which takes a hundredth of looking.
        colons = raw.count(b":")
        if colons != len(members) != len(MEMBER.findall(raw)) and has_twins(raw):
            return TWICE
    except (msgspec.DecodeError, RecursionError) as error:
        if "surrogate" in str(error) or AT_THE_END.search(raw[-20:]):
            return SURROGATE
        within, column, met = fault(raw, error)
        line = within + begins - 1
        only_line = begins == 1 and b"\n" not in raw
        place = f"column {column}" if only_line else f"line {line}, column {column}"
        params = {"line": line, "column": column}
        return Finding("", "not-json", f"Not JSON at {place}: {met}.", params)
    value = members.get("value")
    if type(value) is int and not -LARGE < value < LARGE:
        members["value"] = number(str(value))
    return members


def has_twins(raw: bytes) -> bool:
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


def _where_not_utf_8(text: bytes) -> int:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(text)


def fault(text: bytes, error: Exception) -> tuple[int, int, str]:
    """Return line, column and what was met there, each in words of ours."""
    said = str(error)
    place = BYTE.search(said)
    at = int(place[1]) - ("trailing characters" in said) if place else len(text)  # it read on
    met = PLAIN.get(BYTE.sub("", said), "a character that cannot stand there")
    if text.startswith(b"\xef\xbb\xbf") and at == 0:
        met = "a byte order mark"
    elif b"\x00" in text[:4]:
        met = "a NUL, as in UTF-16"
    elif not place and "UTF-8" in said:
        met, at = "what is not UTF-8", _where_not_utf_8(text)
    line_begins = text.rfind(b"\n", 0, at) + 1
    column = len(text[line_begins:at].decode(errors="replace")) + 1
    return text.count(b"\n", 0, at) + 1, column, met
