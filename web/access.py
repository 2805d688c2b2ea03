"""Who is signed in: a session's cookie stands for the key that began it."""

import hmac

from starlette.requests import Request
from starlette.types import Scope

from api.http.access import Admission, require_role, spend
from api.http.problems import Unauthorized
from api.http.state import Gateway
from shared.core.principal import Principal
from shared.core.quota import Counted
from web.cookies import cookie_of

FORMS = b"forms"


async def authorise(scope: Scope, held: Gateway, admission: Admission) -> Principal | None:
    """Return who is signed in, None where the page is public.

    Raises: Unauthorized, QuotaExceeded, Forbidden.
    """
    if not admission.roles:
        return None
    principal = await signed_in(scope, held)
    if principal is None:
        raise Unauthorized("sign in first")
    scope["state"]["principal"] = principal
    if not scope["state"].get("spent"):
        await spend(scope, held, principal, Counted.REQUESTS)
    require_role(principal, admission)
    return principal


async def signed_in(scope: Scope, held: Gateway) -> Principal | None:
    """Return who is signed in; if that was found out a moment ago, without a query."""
    token = cookie_of(scope)
    if token is None:
        return None
    principal = held.sessions.known(token) or await held.sessions.holder(token)
    if principal is not None:
        scope["state"]["session"] = token
    return principal


def session_of(request: Request) -> str:
    """Return the token of the session that `signed_in` found, empty without one."""
    token: str = getattr(request.state, "session", "")
    return token


def form_token(session: str) -> str:
    """Return what forms of a session carry, so that nobody else can make one."""
    return hmac.new(session.encode(), FORMS, "sha256").hexdigest()
