"""Answers as bytes: made piece by piece where they are large, kept, and found again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from types import GeneratorType
from typing import Any

from cachetools import LRUCache
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Scope

from api.answers.validators import validated
from shared.core.principal import Principal

PAGES_BYTES = 64 * 2**20
BESIDE_BYTES = 2_048
"""What a page takes beside its body, for itself and for what it is looked up by."""
REPEATS_KEPT = 1_000


@dataclass(frozen=True)
class Page:
    """A page's JSON, and the `Link` header to the pages around it if there are any."""

    body: bytes
    links: str = ""

    @cached_property
    def answer(self) -> Response:
        """How the page is sent: made once for all who ask for it, so that nobody may change it."""
        answer = Response(self.body, media_type="application/json")
        if self.links:
            answer.headers["Link"] = self.links
        return validated(answer)


Again = Callable[[Scope, Principal], Awaitable[Response | None]]
"""Answers a request that was answered before, for whoever calls now; None: ask the route.

Of the request, its headers alone may differ from the one before."""


@dataclass(frozen=True)
class Kept:
    """What a gateway keeps of its answers.

    *pages* are looked up by everything that they depend on. *repeats* are by path and query: the
    route that answered, and what answers now. What path and query mean never changes, so that a
    request which equals an earlier one need not be parsed anew.
    """

    pages: LRUCache[Hashable, Page] = field(
        default_factory=lambda: LRUCache(
            PAGES_BYTES, getsizeof=lambda page: len(page.body) + BESIDE_BYTES
        )
    )
    repeats: LRUCache[tuple[str, bytes], tuple[BaseRoute, Again]] = field(
        default_factory=lambda: LRUCache(REPEATS_KEPT)
    )

    def repeat(self, scope: Scope, again: Again) -> None:
        """Have *again* answer requests that equal the one of *scope*."""
        self.repeats[scope["path"], scope["query_string"]] = scope["route"], again

    def keep(self, key: Hashable, page: Page) -> None:
        """Keep *page* unless it would take the place of all others."""
        if len(page.body) < PAGES_BYTES // 2:
            self.pages[key] = page


AT_ONCE = 500
"""So many lines of scores are made and written before others have their turn: each takes about five
microseconds, and frameworks may have thousands."""

ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def written(document: Any) -> bytes:
    """Return *document* as JSON."""
    return ENCODER.encode(document).encode()


def items_at_once(lines: int) -> int:
    """Return how many items, each of which takes the work of so many *lines*, are made at once."""
    return max(1, AT_ONCE // lines)


def pieces(document: Any) -> Iterator[bytes]:
    """Yield *document* as JSON. A generator in it is a list, and each element of it a piece.

    Its elements are made as they are asked for. A generator is looked for in the members of an
    object, and in those of objects in such a list. What it yields as bytes are elements already
    written, parted by commas.
    """
    if isinstance(document, bytes):
        yield document
    elif isinstance(document, GeneratorType):
        yield from _listed(document)
    elif isinstance(document, dict) and any(
        isinstance(each, GeneratorType) for each in document.values()
    ):
        begin = b"{"
        for name, each in document.items():
            yield begin + written(name) + b":"
            yield from pieces(each)
            begin = b","
        yield b"}"
    else:
        yield written(document)


def _listed(elements: Iterator[Any]) -> Iterator[bytes]:
    begin = b"["
    for each in elements:
        own = pieces(each)
        yield begin + next(own)
        yield from own
        begin = b","
    yield b"[]" if begin == b"[" else b"]"


class Rendering:
    """Writes answers, large ones one at a time: the others wait rather than share the time."""

    def __init__(self) -> None:
        """Have nothing to write yet."""
        self._turn = asyncio.Lock()

    async def page(
        self, head: dict[str, Any], items: Iterable[Any], at_once: int = AT_ONCE
    ) -> bytes:
        """Return the members of *head*, and `items`, as one JSON object.

        *items* are made as they are asked for, *at_once* before others have their turn.
        """
        return await self.document(head | {"items": (each for each in items)}, at_once)

    async def document(self, document: dict[str, Any], at_once: int = AT_ONCE) -> bytes:
        """Return *document* as JSON; what of it is large is a generator, as for `pieces`.

        So many pieces are made *at_once* before others have their turn.
        """
        rest = pieces(document)
        made = list(islice(rest, at_once))
        if len(made) < at_once:
            return b"".join(made)
        async with self._turn:
            await asyncio.sleep(0)
            while more := list(islice(rest, at_once)):
                made += more
                await asyncio.sleep(0)
        # It takes a millisecond for each few megabytes, in which Python lets other threads run.
        return await asyncio.to_thread(b"".join, made)


def joined(first: bytes, second: bytes) -> bytes:
    """Return two JSON objects as one that has the members of both."""
    if first == b"{}":
        return second
    return first[:-1] + b"," + second[1:]
