"""Answers that are kept: bytes rendered once, and requests whose answer is known again."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

from cachetools import LRUCache
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Scope

from api.http.paging import link
from shared.core.principal import Principal

PAGES_BYTES = 64 * 2**20
REPEATS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page's JSON, and the cursor of the next if there is one."""

    body: bytes
    next: str | None


Again = Callable[[Principal], Awaitable[ASGIApp | None]]
"""Answers a request that was answered before, for whoever calls now; None: ask the route."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a page is sent in answer to a request for *path* with *query*, its cursor left out."""

    path: str
    query: str

    def response(self, page: Page) -> Response:
        """Return the answer, pointing to the next page if there is one."""
        answer = Response(page.body, media_type="application/json")
        if page.next is not None:
            answer.headers["Link"] = link(self.path, self.query, page.next)
        return answer


@dataclass(frozen=True)
class Kept:
    """What a gateway keeps of its answers.

    *pages* are looked up by everything that they depend on. *repeats* are by path and query: the
    route that answered, and what answers now. What path and query mean never changes, so that a
    request which equals an earlier one need not be parsed anew.
    """

    pages: LRUCache[Hashable, Page] = field(
        default_factory=lambda: LRUCache(PAGES_BYTES, getsizeof=lambda page: len(page.body))
    )
    repeats: LRUCache[tuple[str, bytes], tuple[BaseRoute, Again]] = field(
        default_factory=lambda: LRUCache(REPEATS_KEPT)
    )

    def repeat(self, scope: Scope, again: Again) -> None:
        """Have *again* answer requests that equal the one of *scope*."""
        self.repeats[scope["path"], scope["query_string"]] = scope["route"], again

    def keep(self, key: Hashable, page: Page) -> None:
        """Keep *page* unless it would take the place of all others."""
        if len(page.body) < PAGES_BYTES:
            self.pages[key] = page
