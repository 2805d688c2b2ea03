"""How every page is routed: who may see it, and what is shown instead where something is wrong."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from api.http import problems
from api.http.kept import Again
from api.http.problems import Unauthorized
from api.http.route import GuardedRoute
from api.http.state import Gateway
from shared.core.errors import DomainError
from shared.core.principal import Principal
from web import access
from web.errors import refusal
from web.reader import language_of

SIGN_IN = "/board/sign-in"


class PageRoute(GuardedRoute):
    """A page: like any route but that a session lets in, and that refusals are pages too.

    A form heeds no `Idempotency-Key`: a refusal that is shown as a page would be kept with its
    transaction, instead of undoing that.
    """

    repeatable = False
    hides_methods = True  # a stranger is led to signing in, from what is there and what is not
    passed_over = ("lang", "run", "as_of", "cohort")  # links are sent on from page to page

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Take over what *endpoint* declares; pages are no part of the contract."""
        super().__init__(path, endpoint, **options | {"include_in_schema": False})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the page; who is not signed in is led to where that is done."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await super().handle(scope, receive, noted)
        except Exception as error:
            if begun:
                raise
            await (await _instead(scope, error))(scope, receive, send)

    async def repeated(self, scope: Scope, again: Again) -> Response | None:
        """Return the page that is kept, or what is shown instead of it; None: ask the route."""
        try:
            return await super().repeated(scope, again)
        except Exception as error:  # noqa: BLE001 -- whatever it is, a page says so
            return await _instead(scope, error)

    async def caller(self, scope: Scope, held: Gateway) -> Principal | None:
        """Return whose session it is. Raises: what `access.authorise` raises."""
        return await access.authorise(scope, held, self.admission)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, whose refusals are pages."""
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            asked = _asked(request.scope)
            try:
                return await handle(request)
            except RequestValidationError as malformed:
                answer = await problems.on_malformed(asked, malformed)
            except HTTPException as error:
                answer = await problems.on_http_error(asked, error)
            except Unauthorized:
                raise
            except DomainError as error:
                answer = await problems.on_domain_error(asked, error)
            return refusal(request.scope, answer)

        return shown


async def _instead(scope: Scope, error: Exception) -> Response:
    """Return what is shown instead of a page: where one signs in, or what went wrong."""
    if isinstance(error, Unauthorized):
        return RedirectResponse(_sign_in(scope), 303)
    if isinstance(error, HTTPException):  # before the handler: the page has other methods
        return refusal(scope, await problems.on_http_error(_asked(scope), error))
    if isinstance(error, DomainError):
        return refusal(scope, await problems.on_domain_error(_asked(scope), error))
    return refusal(scope, problems.on_error(_asked(scope), error))


def _asked(scope: Scope) -> Request:
    """Return the request as if its headers asked for the page's language, which its address may."""
    language, _ = language_of(scope)
    headers = [each for each in scope["headers"] if each[0] != b"accept-language"]
    return Request(dict(scope) | {"headers": [*headers, (b"accept-language", language.encode())]})


def _sign_in(scope: Scope) -> str:
    """Return where one signs in to be led back to what is asked for, in the same language."""
    asked = scope["path"] + "?" * bool(scope["query_string"])
    query = {"next": asked + scope["query_string"].decode("latin-1")}
    language, chosen = language_of(scope)
    if chosen:
        query["lang"] = language
    return f"{SIGN_IN}?{urlencode(query)}"


def pages() -> APIRouter:
    """Return a router whose routes are pages."""
    return APIRouter(route_class=PageRoute)
