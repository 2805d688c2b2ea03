"""Request bodies, read so that nothing is lost: what cannot be kept exactly is refused."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from api.problems import MalformedBody

SIGNIFICANT_DIGITS = 15
"""A decimal of so many digits survives a binary double and comes back as it was sent."""


def _number(text: str) -> float | int:
    digits = re.sub(r"[eE].*|[-.]", "", text).lstrip("0").rstrip("0")
    if len(digits) > SIGNIFICANT_DIGITS:
        raise MalformedBody(f"a number has more than {SIGNIFICANT_DIGITS} significant digits")
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise MalformedBody("a number is too large")
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
    except (ValueError, RecursionError):
        raise MalformedBody("the body is not JSON in UTF-8") from None
    if re.search(r"\\u(0000|[dD][89abAB])", text):
        _refuse_unstorable(value)
    return value


def _refuse_unstorable(value: Any) -> None:
    """Refuse NUL and lone surrogates, which an escape can name and no text column can hold."""
    if "\x00" in (text := json.dumps(value, ensure_ascii=False)) or "\\u0000" in text:
        raise MalformedBody("a text has a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MalformedBody("a text has a lone surrogate") from None


class ExactRequest(Request):
    """A request whose JSON keeps every digit."""

    async def json(self) -> Any:
        """Return the body's value. Raises: MalformedBody."""
        return decode(await self.body())


class ExactRoute(APIRoute):
    """A route whose requests are read exactly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, fed with an `ExactRequest`."""
        handle = super().get_route_handler()

        async def exact(request: Request) -> Response:
            return await handle(ExactRequest(request.scope, request.receive))

        return exact
