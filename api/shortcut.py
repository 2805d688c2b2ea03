"""The short way to a ranking that was asked for before.

Portals ask for the same page over and over. What a path and query mean never changes, so a request
that equals an earlier one needs no routing and no parsing: its key and the round's freshness are
checked as ever, and a page that is rendered already is sent. Whatever is not as usual goes the
long way through the route.
"""

from urllib.parse import urlencode

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.deps import BEARER
from api.paging import link
from api.rankings import Asked, Page, PageKey
from api.state import Gateway
from shared.core.principal import Principal, Role

PREFIX = BEARER.encode()


def remember(held: Gateway, request: Request, page: PageKey) -> None:
    """Note what *request*, for the first page of a current ranking, was found to mean."""
    scope = request.scope
    query = urlencode(request.query_params.multi_items())
    asked = Asked(page, query, scope.get("route"))
    held.rankings.asked[scope["path"], scope["query_string"]] = asked


class Shortcut:
    """An ASGI middleware that answers what was answered before, if nothing has changed."""

    def __init__(self, app: ASGIApp, held: Gateway) -> None:
        """Stand before *app*."""
        self._app = app
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "http" and scope["method"] == "GET":
            asked = self._held.rankings.asked.get((scope["path"], scope["query_string"]))
            if asked is not None and self._admits(scope):
                page = await self._kept(asked)
                if page is not None:
                    scope["route"] = asked.route
                    await _send(scope["path"], asked, page, send)
                    return
        await self._app(scope, receive, send)

    async def _kept(self, asked: Asked) -> Page | None:
        """Return the page as it now is, if it is rendered."""
        fresh = await self._held.watch.freshness(asked.page.round_id)
        return self._held.rankings.kept(asked.page._replace(fresh=fresh))

    def _admits(self, scope: Scope) -> bool:
        """Say whether a key is enough: it is for every role but an expert's, which sees less."""
        holder = self._holder(scope)
        return holder is not None and holder.role != Role.EXPERT

    def _holder(self, scope: Scope) -> Principal | None:
        for name, value in scope["headers"]:
            if name == b"authorization" and value.startswith(PREFIX):
                return self._held.keyring.known(value[len(PREFIX) :].decode("latin-1"))
        return None


async def _send(path: str, asked: Asked, page: Page, send: Send) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(page.body)).encode()),
    ]
    if page.next is not None:
        headers.append((b"link", link(path, asked.query, page.next).encode("latin-1")))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": page.body})
