"""Pages of the board: rendered once for all who are shown the same, and then kept."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.http.context import gateway_of
from api.http.kept import Page
from api.http.state import Gateway
from shared.core.principal import Principal, Role
from shared.rankings.store import Freshness
from web.layout import sent
from web.reader import Audience, Language, Reader, language_of


class PageKey(NamedTuple):
    """Everything that a page of a round depends on: which it is, who reads it, what was *asked*."""

    page: str
    round_id: int
    fresh: Freshness
    audience: Audience
    asked: Hashable


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


Renewed = Callable[[PageKey, Principal], Awaitable[PageKey]]
"""Brings what a key says of other things than round and reader up to date."""


def repeat(request: Request, key: PageKey, renewed: Renewed | None = None) -> None:
    """Answer requests that equal this one with what then is kept of the page of this *key*.

    The round is looked at each time, so that after a run the route is asked again. An expert's
    request always goes to the route: what it may see depends on its marks.
    """
    held = gateway_of(request)

    async def again(scope: Scope, who: Principal) -> Response | None:
        if who.role == Role.EXPERT:
            return None
        audience = Reader(*language_of(scope), who).audience()
        now = key._replace(fresh=await held.watch.freshness(key.round_id), audience=audience)
        page = held.kept.pages.get(now if renewed is None else await renewed(now, who))
        return None if page is None else page.answer

    held.kept.repeat(request.scope, again)


async def _rendered(
    held: Gateway, reader: Reader, key: PageKey, render: Callable[[], Awaitable[str]]
) -> Page:
    page = Html((await render()).encode(), language=reader.language)
    held.kept.keep(key, page)
    return page
