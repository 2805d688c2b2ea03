"""How every operation begins: who calls, what is kept for them, then the query and the body."""

from collections.abc import Callable, Collection, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.responses import StreamingResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from api.answers.validators import refuse_condition, unless_known, validated
from api.deadline import AtMost, Deadline
from api.http.access import admission_of, authorise, require_round
from api.http.bodies import ExactRequest, most_bytes
from api.http.kept import Again
from api.http.queries import declared, refuse_others
from api.http.state import Gateway
from api.idempotency import once
from shared.core.principal import Principal


def _without_head(scope: Scope) -> Scope:
    """Return *scope* as if GET had been asked, where it is HEAD."""
    return {**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope


def operation_id(route: APIRoute) -> str:
    """Name an operation by noun and verb: `submissions-submit`."""
    return "-".join([*map(str, route.tags), route.name]).replace("_", "-")


class GuardedRoute(APIRoute):
    """A route that lets in whom its endpoint admits, and reads what they send exactly.

    The key comes first: reading a large body for a stranger would hold up the others.
    """

    repeatable = True
    """Whether a POST heeds an `Idempotency-Key`."""

    passed_over: Collection[str] = ()
    """Query parameters that are not refused where they mean nothing."""

    heeds_query = True
    """Whether other parameters are refused."""

    hides_methods = False
    """Whether only those who are admitted learn which methods a path has."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Take over what *endpoint* declares. Raises: AccessUndeclared."""
        self.admission = admission_of(path, endpoint)
        self.most_bytes = most_bytes(endpoint)
        extra = (options.pop("openapi_extra", None) or {}) | self.admission.contract()
        options |= {"openapi_extra": extra, "generate_unique_id_function": operation_id}
        super().__init__(path, endpoint, **options)
        if self.body_field is not None:
            extra["x-most-bytes"] = self.most_bytes
        self.compares = str(HTTPStatus.PRECONDITION_FAILED.value) in self.responses

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether the request is ours; HEAD is answered wherever GET is."""
        return super().matches(_without_head(scope))

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of whom this admits, in time. Raises: TimeoutError.

        Of the answer to HEAD, the server sends the headers alone.
        """
        scope["state"]["bodiless"] = scope["method"] == "HEAD"
        scope = _without_head(scope)
        held: Gateway = scope["app"].state.gateway
        deadline = Deadline(held.database.patience)
        async with deadline.kept(scope):
            if self.hides_methods or scope["method"] in (self.methods or ()):
                await self._admitted(scope, held)
            await super().handle(scope, receive, deadline.until_answered(send))

    async def repeated(self, scope: Scope, again: Again) -> Response | None:
        """Return the answer that is kept, to whom this admits; None: it must be made anew.

        Who calls and where the round stands may have to be waited for one after the other, each
        behind others who ask. Raises: Unauthorized, Forbidden, TimeoutError.
        """
        held: Gateway = scope["app"].state.gateway
        with AtMost(held.database.patience):
            principal = await self._admitted(scope, held)
            answer = None if principal is None else await again(scope, principal)
        return None if answer is None else unless_known(scope, answer)

    async def caller(self, scope: Scope, held: Gateway) -> Principal | None:
        """Return who calls, if admitted, by the key it sends. Raises: what `authorise` raises."""
        return await authorise(scope, held, self.admission)

    async def _admitted(self, scope: Scope, held: Gateway) -> Principal | None:
        """Return who calls, if both its role and the round in the path are admitted.

        The path is read here, since a repetition was not routed. Raises: what `caller` raises.
        """
        principal = await self.caller(scope, held)
        if principal is not None and principal.rounds is not None:
            found = self.path_regex.match(scope["path"])
            if found is not None and (round_ := found.groupdict().get("round")) is not None:
                require_round(principal, round_)
        return principal

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, fed with a query that was checked and an `ExactRequest`.

        What a POST does it does once for each key that its caller sends.
        """
        handle = super().get_route_handler()
        parameters = dict.fromkeys(self.passed_over, False) | declared(self.dependant)

        async def exact(request: Request) -> Response:
            if self.admission.roles and self.heeds_query and request.scope["query_string"]:
                refuse_others(request, parameters)
            if request.method == "GET":
                return self._unless_known(request, await handle(request))
            if not self.compares:
                refuse_condition(request)
            if self.body_field is None:
                return await handle(request)
            exact_request = ExactRequest(request.scope, request.receive)
            bodies = request.app.state.gateway.bodies
            request.state.deadline.stop()
            counted = await exact_request.read(bodies, self.most_bytes)
            request.state.deadline.restart()
            try:
                return await handle(exact_request)
            finally:
                bodies.give_back(counted)

        repeatable = self.repeatable and "POST" in (self.methods or ())
        return once(exact) if repeatable and self.admission.roles else exact

    def _unless_known(self, request: Request, answer: Response) -> Response:
        """Have what somebody was let in to read say what it is, and not be sent twice."""
        if not self.admission.roles or answer.status_code != HTTPStatus.OK:
            return answer
        if isinstance(answer, StreamingResponse):  # it is not known before it is sent
            return answer
        return unless_known(request.scope, validated(answer))


class Repeats:
    """An ASGI middleware before routing: answers what was answered before, from what is kept.

    The route that gave the answer says whom it admits, as it does for every other request.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before *app*, which answers everything else."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer: Response | None = None
        if scope["type"] == "http" and scope["method"] == "GET":
            held: Gateway = scope["app"].state.gateway
            known = held.kept.repeats.get((scope["path"], scope["query_string"]))
            if known is not None:
                scope["route"], again = known
                answer = await scope["route"].repeated(scope, again)
        await (answer or self._app)(scope, receive, send)
