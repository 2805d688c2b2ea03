"""Pages of the board: rendered once for all who are shown the same, and then kept."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import cached_property

from starlette.responses import Response

from api.http.kept import Page
from api.http.state import Gateway
from web.layout import sent
from web.reader import Language, Reader


@dataclass(frozen=True, slots=True)
class PageKey:
    """Everything that a page depends on: which it is, and what *depends* on who reads and when."""

    page: str
    depends: Hashable


@dataclass(frozen=True)
class Html(Page):
    """A page's HTML in a *language*."""

    language: Language = "zh"

    @cached_property
    def answer(self) -> Response:
        """How it is sent: made once for all who ask for it, so that nobody may change it."""
        return sent(self.body, self.language)


async def shared(
    held: Gateway, reader: Reader, key: PageKey, render: Callable[[], Awaitable[str]]
) -> Response:
    """Return the page of this *key*, kept, or rendered once for all who ask meanwhile."""
    known = held.kept.pages.get(key)
    if known is None:
        known = await held.renders.share(key, lambda: _rendered(held, reader, key, render))
    return known.answer


async def _rendered(
    held: Gateway, reader: Reader, key: PageKey, render: Callable[[], Awaitable[str]]
) -> Page:
    page = Html((await render()).encode(), language=reader.language)
    held.kept.keep(key, page)
    return page
