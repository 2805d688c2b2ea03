"""Parsing of a YAML or JSON document into plain values, with JSON's idea of what a value is.

YAML 1.1 reads `no` as false, `1:30` as 90 and `2023-05-01` as a date. A document here says the same
in YAML and in JSON: a plain scalar is null, true, false or a number as JSON writes it, and text
otherwise. What JSON has not, it refuses: tags, anchors, aliases, keys that are no text. A key that
stands twice is refused as well.
"""

import re
from typing import Any, Final

from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.loader import SafeLoader
from yaml.reader import ReaderError

from shared.core.errors import Invalid

DEEPEST: Final = 32
MOST_DIGITS: Final = 400  # far more than a float's 309, and less than int() refuses
WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]*)")
DECIMAL: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def parse(text: str | bytes) -> Any:
    """Return the objects, lists, text, numbers, true, false and null that *text* describes.

    Bytes are UTF-8, with or without a byte order mark. Nothing but comments is None. Nesting goes
    32 deep; the length is the caller's to bound.

    Raises: Invalid, with line and column, for whatever is not one document of this kind.
    """
    try:
        characters = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        loader: Any = _Loader(characters)  # its events are untyped
    except UnicodeDecodeError as error:
        read = error.object[: error.start].decode()
        raise _refusal(*_end(read), "the text is not UTF-8") from None
    except ReaderError as error:
        read = characters[: error.position]
        raise _refusal(*_end(read), "this character is not admitted") from None
    try:
        return _document(loader)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or loader.get_mark()
        raise _refuse(mark, error.problem or "this is not YAML") from None
    except (ValueError, OverflowError):  # an escape beyond Unicode, a version of a thousand digits
        raise _refuse(loader.get_mark(), "this is not YAML") from None


class _Loader(SafeLoader):
    """A source of YAML events in which JSON may be indented with tabs."""

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()
        while self.flow_level and self.peek() == "\t":
            self.forward()
            super().scan_to_next_token()


def _document(loader: Any) -> Any:
    loader.get_event()  # the stream starts
    if loader.check_event(StreamEndEvent):
        return None
    loader.get_event()  # the document starts
    value = _value(loader, loader.get_event(), DEEPEST)
    loader.get_event()  # the document ends
    if not loader.check_event(StreamEndEvent):
        raise _refuse(loader.peek_event().start_mark, "a second document begins")
    return value


def _value(loader: Any, event: Any, depth: int) -> Any:
    if isinstance(event, AliasEvent) or event.anchor is not None:
        raise _refuse(event.start_mark, "anchors and aliases are not admitted")
    if event.tag is not None:
        raise _refuse(event.start_mark, "tags are not admitted")
    if isinstance(event, ScalarEvent):
        return _scalar(event)
    if depth == 0:
        raise _refuse(event.start_mark, f"nesting goes {DEEPEST} deep at most")
    if isinstance(event, SequenceStartEvent):
        return _list(loader, depth - 1)
    return _object(loader, depth - 1)


def _list(loader: Any, depth: int) -> list[Any]:
    items = []
    while not isinstance(event := loader.get_event(), SequenceEndEvent):
        items.append(_value(loader, event, depth))
    return items


def _object(loader: Any, depth: int) -> dict[str, Any]:
    members: dict[str, Any] = {}
    while not isinstance(event := loader.get_event(), MappingEndEvent):
        key = _value(loader, event, depth)
        if not isinstance(key, str):
            raise _refuse(event.start_mark, "a key must be text; quote it")
        if key in members:
            raise _refuse(event.start_mark, "this key stands twice")
        members[key] = _value(loader, loader.get_event(), depth)
    return members


def _scalar(event: Any) -> str | float | bool | None:
    text: str = event.value
    if event.style is not None:
        # JSON escapes a character beyond U+FFFF as two surrogates, which are one character.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    if text in WORDS:
        return WORDS[text]
    if not DECIMAL.fullmatch(text):
        return text
    if len(text) > MOST_DIGITS:
        raise _refuse(event.start_mark, f"a number has at most {MOST_DIGITS} digits")
    return int(text) if WHOLE.fullmatch(text) else float(text)


def _end(read: str) -> tuple[int, int]:
    """Return line and column, from 0, of what follows *read*."""
    return read.count("\n"), len(read) - (read.rfind("\n") + 1)


def _refuse(mark: Any, problem: str) -> Invalid:
    return _refusal(mark.line, mark.column, problem)


def _refusal(line: int, column: int, problem: str) -> Invalid:
    return Invalid(f"line {line + 1}, column {column + 1}: {problem}")
