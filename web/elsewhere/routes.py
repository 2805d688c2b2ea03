"""Every path under the board's that no other route has."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from api.http.access import ANY, admits
from shared.core.errors import NotFound
from web.routing import PageRoute

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Elsewhere(PageRoute):
    """Takes what nobody else does, whatever its method and query are."""

    heeds_query = False

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Take what lies below *path*, also where there are line breaks in it."""
        super().__init__(path, endpoint, **options)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match in part, so that a page which has the path and other methods says that first."""
        match, found = super().matches(scope)
        return (Match.PARTIAL if match is Match.FULL else match), found


router = APIRouter(route_class=Elsewhere)


@router.api_route("/board/{rest:path}", methods=METHODS)
@admits(*ANY)
async def elsewhere(request: Request) -> Response:
    """Lead to the page that has one slash less at its end, if there is one."""
    path = request.scope["path"].removesuffix("/")
    if path == request.scope["path"] or not _is_page(request, path):
        raise NotFound("nothing is at this path")
    query = request.scope["query_string"].decode("latin-1")
    answer = RedirectResponse(quote(path) + "?" * bool(query) + query, 308)
    answer.headers["Cache-Control"] = "no-store"  # who is not signed in is led elsewhere
    return answer


def _is_page(request: Request, path: str) -> bool:
    scope = {**request.scope, "path": path}
    pages = (each for each in request.app.routes if isinstance(each, PageRoute))
    return any(each.matches(scope)[0] is Match.FULL for each in pages)
