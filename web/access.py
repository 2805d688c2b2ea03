"""Who is signed in: a session's cookie stands for the key that began it."""

from http.cookies import CookieError, SimpleCookie

from starlette.types import Scope

from api.http.access import Admission, require_role, spend
from api.http.problems import Unauthorized
from api.http.state import Gateway
from shared.core.principal import Principal
from shared.core.quota import Counted

COOKIE = "pilotzone-session"


def cookie_of(scope: Scope) -> str | None:
    """Return the session's token that a request carries, if any."""
    given = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    try:
        found = SimpleCookie(given.decode("latin-1")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


async def authorise(scope: Scope, held: Gateway, admission: Admission) -> Principal | None:
    """Return who is signed in, None where the page is public.

    Raises: Unauthorized, QuotaExceeded, Forbidden.
    """
    if not admission.roles:
        return None
    token = cookie_of(scope)
    principal = None if token is None else await held.keyring.holder(token)
    if principal is None or principal.signing is not None:
        raise Unauthorized("sign in first")
    scope["state"]["principal"] = principal
    if not scope["state"].get("spent"):
        await spend(scope, held, principal, Counted.REQUESTS)
    require_role(principal, admission)
    return principal
