"""Pages of the board: rendered once for all who are shown the same, and then kept."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from starlette.responses import Response

from api.http.kept import Page
from api.http.state import Gateway
from web.layout import sent
from web.reader import Reader


@dataclass(frozen=True, slots=True)
class PageKey:
    """Everything that a page depends on: which it is, and what *depends* on who reads and when."""

    page: str
    depends: Hashable


async def shared(
    held: Gateway, reader: Reader, key: PageKey, render: Callable[[], Awaitable[str]]
) -> Response:
    """Return the page of this *key*, kept, or rendered once for all who ask meanwhile."""
    known = held.kept.pages.get(key)
    if known is None:
        known = await held.renders.share(key, lambda: _rendered(held, key, render))
    return sent(known.body, reader)


async def _rendered(held: Gateway, key: PageKey, render: Callable[[], Awaitable[str]]) -> Page:
    page = Page((await render()).encode())
    held.kept.keep(key, page)
    return page
