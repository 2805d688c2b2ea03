"""Typed reading of a parsed JSON or YAML document that notes every fault and raises none.

A wrong value is noted as a finding and answered with a stand-in over which later comparisons pass
in silence: NaN for a number, "" for text, None for a choice, nothing for a collection. An absent
value is answered with the same stand-in, and noted only where the key is required. So one fault
gives one finding, and reading goes on to the end of the document.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import inf, isnan, nan
from typing import Any, Final, TypeVar

from shared.core.errors import Finding, Param

Choice = TypeVar("Choice", bound=StrEnum)

ABSENT: Final = object()
UNKNOWN: Final = object()  # absent because what should hold it is absent or no object
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
SIGNIFICANT_DIGITS: Final = 15
GREATEST: Final = 1e15
SMALLEST: Final = 1e-15


def exact(number: float) -> Decimal:
    """Return the decimal number that was written, not the binary one nearest to it."""
    return Decimal(str(number))


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a document: its value, its JSON pointer (RFC 6901), the document's findings."""

    value: Any
    pointer: str
    findings: list[Finding]

    @property
    def absent(self) -> bool:
        """Whether the document has nothing here."""
        return self.value is ABSENT or self.value is UNKNOWN

    def note(self, code: str, message: str, **params: Param) -> None:
        """Add a finding at this place; *params* are what its words say, by name."""
        self.findings.append(Finding(self.pointer, code, message, params))

    def require(self) -> None:
        """Note that the document has nothing here, if so and if it could."""
        if self.value is ABSENT:
            self.note("key-missing", "this key is required")

    def at(self, step: str | int, value: object) -> "Node":
        """Return the place one *step* further, where *value* stands.

        A lone surrogate becomes "?": a finding can always be written out as UTF-8.
        """
        token = str(step).replace("~", "~0").replace("/", "~1")
        token = token.encode(errors="replace").decode()
        return Node(value, f"{self.pointer}/{token}", self.findings)

    def fields(self, *required: str, optional: Collection[str] = ()) -> dict[str, "Node"]:
        """Return a place for each key, absent ones included; note unknown and missing keys."""
        members = self._members()
        nothing = ABSENT if isinstance(self.value, dict) else UNKNOWN
        places = {key: self.at(key, members.get(key, nothing)) for key in (*required, *optional)}
        for key in members:
            if key not in places:
                self.at(key, None).note("key-unknown", "no such key is known here")
        for key in required:
            places[key].require()
        return places

    def split(self, key: str) -> tuple["Node", "Node"]:
        """Return this place without *key*, and the place of *key*, absent if it is not there."""
        members = dict(self.value) if isinstance(self.value, dict) else {}
        place = self.at(key, members.pop(key, ABSENT))
        return (self if place.absent else Node(members, self.pointer, self.findings)), place

    def only(self, methods: Collection[str], beside: str) -> tuple[str, "Node", "Node"]:
        """Return the one of *methods* that is named here with its place, and the place *beside*.

        The name is "" if there is not exactly one.
        """
        places = self.fields(optional=(*methods, beside))
        named = [method for method in methods if not places[method].absent]
        if isinstance(self.value, dict) and len(named) != 1:
            message = f"exactly one of {', '.join(methods)} belongs here"
            self.note("method-not-one", message, expected=list(methods))
        if len(named) != 1:
            return "", self.at("", UNKNOWN), places[beside]
        return named[0], places[named[0]], places[beside]

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """Yield each key with its place, for an object whose keys are the document's own."""
        members = self._members()
        if isinstance(self.value, dict) and not members:
            self.note("empty", "at least one entry is required")
        yield from ((key, self.at(key, value)) for key, value in members.items())

    def coded(self) -> Iterator[tuple[str, "Node"]]:
        """Yield each entry whose key is a code; note the others."""
        for key, place in self.entries():
            if Node(key, place.pointer, self.findings).code():
                yield key, place

    def items(self) -> list["Node"]:
        """Return a place for each item of a list that must have one."""
        if self.absent:
            return []
        if not isinstance(self.value, list):
            self.note("not-a-list", "a list is required")
            return []
        if not self.value:
            self.note("empty", "at least one item is required")
        return [self.at(position, value) for position, value in enumerate(self.value)]

    def text(self, most: int = 500) -> str:
        """Return text that is not blank, of at most *most* characters, all of them writable."""
        if self.absent:
            return ""
        if not isinstance(self.value, str):
            self.note("not-text", "text is required; quote it if it looks like something else")
        elif not self.value.strip():
            self.note("text-blank", "the text must not be blank")
        elif len(self.value) > most:
            self.note("text-too-long", f"the text has more than {most} characters", most=most)
        elif any(unicodedata.category(each) in {"Cc", "Cs"} for each in self.value):
            self.note("text-unwritable", "control characters and lone surrogates are not admitted")
        else:
            return self.value
        return ""

    def code(self) -> str:
        """Return an identifier that can stand in an address without quoting."""
        text = self.text()
        if text and not CODE.fullmatch(text):
            self.note(
                "code-malformed", "a code is a letter or digit, then up to 63 of A-Z a-z 0-9 _ - ."
            )
            return ""
        return text

    def choice(self, kind: type[Choice]) -> Choice | None:
        """Return a member of *kind*."""
        text = self.text()
        if text in list(kind):
            return kind(text)
        if text:
            self.note(
                "choice-unknown", f"one of {', '.join(kind)} is required", expected=list(kind)
            )
        return None

    def truth(self, *, default: bool) -> bool:
        """Return true or false, *default* where absent."""
        if self.absent or isinstance(self.value, bool):
            return default if self.absent else self.value
        self.note("not-a-boolean", "true or false is required")
        return default

    def number(
        self, *, least: float = -inf, most: float = inf, above: float = -inf, below: float = inf
    ) -> float:
        """Return a number that a float holds to its last written digit, within the bounds."""
        if self.absent:
            return nan
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.note("not-a-number", "a number is required")
        elif not _held_exactly(self.value):
            self.note("number-not-exact", "a number has at most 15 digits and is below 1e15")
        elif not (least <= self.value <= most and above < self.value < below):
            bounds = {"least": least, "most": most, "above": above, "below": below}
            given = {name: bound for name, bound in bounds.items() if abs(bound) != inf}
            self.note("number-out-of-bounds", _in_words(given), **given)
        else:
            return float(self.value) + 0.0  # so that -0.0 is 0.0
        return nan

    def optional_number(self, *, least: float = -inf, above: float = -inf) -> float | None:
        """Return a number, None where absent."""
        return None if self.absent else self.number(least=least, above=above)

    def whole(self, *, least: int, most: int = 1000) -> int | None:
        """Return a whole number within the bounds, None where there is none."""
        number = self.number(least=least, most=most)
        if isnan(number):
            return None
        if number != int(number):
            self.note("not-a-whole-number", "a whole number is required")
            return None
        return int(number)

    def _members(self) -> dict[str, Any]:
        """Return what an object holds under textual keys; note the rest."""
        if self.absent:
            return {}
        if not isinstance(self.value, dict):
            self.note("not-an-object", "an object of keys and values is required")
            return {}
        members = {key: value for key, value in self.value.items() if isinstance(key, str)}
        if len(members) < len(self.value):
            self.note("key-not-text", "every key must be text; quote the others")
        return members


def _held_exactly(number: float) -> bool:
    if number == 0:
        return True
    if not SMALLEST <= abs(number) < GREATEST:  # NaN and infinity included
        return False
    return len(exact(number).normalize().as_tuple().digits) <= SIGNIFICANT_DIGITS


def _in_words(bounds: Mapping[str, float]) -> str:
    words = {"least": "at least", "most": "at most", "above": "above", "below": "below"}
    given = [f"{words[name]} {bound:g}" for name, bound in bounds.items()]
    return f"the number must be {' and '.join(given)}"
