"""Around every request: an id, a log record, a measurement."""

import logging
import re
import secrets
import time

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from api.answers.noted import note
from api.http import metrics
from api.http.headers import left
from api.http.problems import MalformedRequest, on_domain_error, on_error
from shared.core.errors import DomainError, NotFound

log = structlog.get_logger()

ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
FAILED, TOO_MANY, FAULT = 400, 429, 500


class RequestContext:
    """An ASGI middleware: plain, since FastAPI's own kind copies every body."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around *app*."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    *_left(scope, status),
                    (b"x-request-id", request_id.encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        logged = bind_contextvars(request_id=request_id)
        try:
            _require_one_meaning(scope)
            await self._app(scope, receive, send_with_id)
        except DomainError as error:
            await (await on_domain_error(Request(scope), error))(scope, receive, send_with_id)
        except Exception as error:
            if status:
                raise
            # Answered here: the framework would do it outside of us, and raise it again.
            await on_error(Request(scope), error)(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - begin
            status = status or FAULT
            metrics.observe_request(scope, status, seconds)
            note(scope, status)
            _report(scope, status, seconds)
            reset_contextvars(**logged)


def _require_one_meaning(scope: Scope) -> None:
    """Refuse what somebody in front of us may read otherwise. Raises: MalformedRequest, NotFound.

    HTTP/1.1 has one `Host`, and a body one type. An encoded slash is text of a segment, which no
    code of ours has; decoded, it would name another resource.
    """
    names = [name for name, _ in scope["headers"]]
    hosts = names.count(b"host")
    if hosts > 1 or (hosts == 0 and scope.get("http_version") == "1.1"):
        raise MalformedRequest("a request has one `Host` header")
    if names.count(b"content-type") > 1:
        raise MalformedRequest("a request has one `Content-Type` header at most")
    if b"%2f" in (scope.get("raw_path") or b"").lower():
        raise NotFound("nothing is at this path")


def _left(scope: Scope, status: int) -> list[tuple[bytes, bytes]]:
    """Return the headers of quotas, of what was done and of what went beyond them."""
    spent = scope["state"].get("spent")
    if not spent or FAILED <= status != TOO_MANY:
        return []
    return left(account.standing() for account in spent)


def _request_id(scope: Scope) -> str:
    """Return the id that the client gave, if it is one, else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    return given.decode() if ID.fullmatch(given) else secrets.token_hex(16)


def _report(scope: Scope, status: int, seconds: float) -> None:
    # What only reads is counted in the metrics; a record for each would drown the writes.
    quiet = scope["method"] in ("GET", "HEAD") and status < FAULT
    if quiet and not logging.getLogger().isEnabledFor(logging.DEBUG):
        return  # asked here, since the logger assembles itself before it finds out
    (log.debug if quiet else log.info)(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round(seconds * 1e3, 1),
    )
