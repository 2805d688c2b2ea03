"""The cookie that a session is known by: where it is taken from, and how it is given."""

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from api.http.state import Gateway
from shared.core.hosts import is_loopback
from shared.sessions.service import Begun

PLAIN = "pilotzone-session"
SECURE = f"__Host-{PLAIN}"
"""Browsers take a cookie of this name over TLS alone, from this very host, for all of its paths."""


def cookie_of(scope: Scope) -> str | None:
    """Return the session's token that a request carries once, if any.

    What another site of the same domain can plant, a cookie without the prefix, is taken on
    loopback alone.
    """
    pairs = [
        pair.strip().partition(b"=")[::2]
        for name, value in scope["headers"]
        if name == b"cookie"
        for pair in value.split(b";")
    ]
    for cookie in (SECURE, PLAIN):
        given: set[bytes] = {value for name, value in pairs if name == cookie.encode()}
        if len(given) == 1 and (cookie == SECURE or on_loopback(HTTPConnection(scope))):
            return given.pop().decode("latin-1")
    return None


def give(request: HTTPConnection, answer: Response, begun: Begun) -> None:
    """Have the browser keep the session that has *begun* for as long as it lasts."""
    _set(request, answer, begun.token, int(begun.lasts.total_seconds()))


def take(request: HTTPConnection, answer: Response) -> None:
    """Have the browser forget its session."""
    _set(request, answer, "", 0)


def on_loopback(request: HTTPConnection) -> bool:
    """Say whether the browser runs on this machine and speaks to us directly, without TLS.

    Never unless the operator says that no proxy does so in its place: one that names neither its
    client nor the host that it was asked for cannot be told from a browser here.
    """
    held: Gateway = request.scope["app"].state.gateway
    if not held.local_sessions:
        return False
    if request.headers.get("origin", "").startswith("https:"):
        return False
    client = request.client.host if request.client else ""
    host = request.headers.get("host", "")
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return request.scope["scheme"] == "http" and is_loopback(client) and is_loopback(name)


def is_exposed(request: HTTPConnection) -> bool:
    """Say whether a browser would not keep our cookie: it speaks without TLS to another machine.

    Where the connection can be trusted, browsers of today say from where a request comes; where TLS
    ends before us, the scheme is in the origin alone.
    """
    origin = request.headers.get("origin", "")
    told = "sec-fetch-site" in request.headers
    return not told and origin.startswith("http://") and not on_loopback(request)


def _set(request: HTTPConnection, answer: Response, token: str, seconds: int) -> None:
    secure = not on_loopback(request)
    answer.set_cookie(
        SECURE if secure else PLAIN,
        token,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
