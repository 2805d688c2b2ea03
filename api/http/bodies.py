"""Request bodies, read so that nothing is lost: what cannot be kept exactly is refused."""

import json
import re
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.http.problems import MOST_FINDINGS, MalformedBody, UnsupportedMediaType, pointer
from shared.core.errors import Finding

SIGNIFICANT_DIGITS = 15
"""A decimal of so many digits survives a binary double and comes back as it was sent."""

JSON_TYPE = re.compile(r"application/([\w.-]+\+)?json\s*(;|$)", re.IGNORECASE | re.ASCII)
NUL = re.compile(r"(?<!\\)(\\\\)*\\u0000")


class _Unkeepable(ValueError):
    """A number that would not come back as it was sent."""


def _number(text: str) -> float | int:
    """Read a number. Raises: _Unkeepable."""
    if len(text) <= SIGNIFICANT_DIGITS and text.isdigit():
        return int(text)
    digits = re.sub(r"[eE].*|[-.]", "", text).lstrip("0").rstrip("0")
    if len(digits) > SIGNIFICANT_DIGITS:
        raise _Unkeepable(f"a number has more than {SIGNIFICANT_DIGITS} significant digits")
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Unkeepable("a number is too large")
    if digits and abs(number) < sys.float_info.min:  # below, a double keeps fewer digits or none
        raise _Unkeepable("a number is too small")
    return int(text) if re.fullmatch(r"-?\d{1,18}", text) else number


def _constant(text: str) -> float:
    raise MalformedBody(f"{text} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedBody("an object has the same member twice")
    return found


DECODER = json.JSONDecoder(
    parse_float=_number,
    parse_int=_number,
    parse_constant=_constant,
    object_pairs_hook=_object,
)


def decode(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8. Raises: MalformedBody."""
    try:
        text = body.decode()
        value = DECODER.decode(text)
    except _Unkeepable as error:
        raise MalformedBody(str(error), _where_unkeepable(text)) from None
    except (ValueError, RecursionError):
        raise MalformedBody("the body is not JSON in UTF-8") from None
    # An escape can name what no text column can hold.
    if NUL.search(text):
        raise MalformedBody("a text has a NUL character")
    if re.search(r"\\u[dD][89a-fA-F]", text):
        _refuse_surrogates(value)
    return value


def _number_or_fault(text: str) -> float | int | _Unkeepable:
    try:
        return _number(text)
    except _Unkeepable as fault:
        return fault


def _where_unkeepable(text: str) -> tuple[Finding, ...]:
    """Find each number of a JSON text that cannot be kept; of what is no JSON, none."""
    decoder = json.JSONDecoder(parse_float=_number_or_fault, parse_int=_number_or_fault)
    try:
        return tuple(islice(_faults(decoder.decode(text), ()), MOST_FINDINGS))
    except (ValueError, RecursionError):
        return ()


def _faults(value: Any, path: tuple[int | str, ...]) -> Iterator[Finding]:
    match value:
        case _Unkeepable():
            yield Finding(pointer(path), "number-not-exact", f"Refused: {value}.")
        case dict():
            for name, each in value.items():
                yield from _faults(each, (*path, name))
        case list():
            for at, each in enumerate(value):
                yield from _faults(each, (*path, at))


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        raise MalformedBody("a text has a lone surrogate, or is nested too deeply") from None


class ExactRequest(Request):
    """A request whose JSON keeps every digit."""

    async def read(self) -> None:
        """Read the body if there is one. Raises: UnsupportedMediaType, MalformedBody, BodyTooLarge.

        FastAPI, which finds it read, would answer whatever is wrong with it in its own words.
        """
        try:
            body = await self.body()
        except ClientDisconnect:
            raise MalformedBody("the body broke off") from None
        if body:
            if not JSON_TYPE.match(self.headers.get("content-type", "")):
                raise UnsupportedMediaType("a body is sent as application/json")
            self._json = decode(body)
