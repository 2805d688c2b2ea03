"""Who is let in: each route says whom it admits, or that it is public. Nothing is open by default.

@router.get("/{code}")
@admits(Role.ADMIN, Role.PORTAL)
async def read(...): ...
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request
from starlette.routing import BaseRoute
from starlette.types import Scope

from api.http.integrity.signatures import require_signature
from api.http.problems import Unauthorized
from api.http.state import Gateway
from shared.core.errors import Forbidden
from shared.core.principal import Actor, Principal, Role
from shared.core.quota import Counted

ANY = tuple(Role)
BEARER = b"bearer "

PUBLIC_PATHS = frozenset({"/v1/openapi.json", "/docs", "/docs/assets", "/docs/oauth2-redirect"})
"""What the framework itself routes: the contract, and the page that shows it."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class AccessUndeclared(RuntimeError):
    """A route says neither whom it admits nor that it is public: the application does not start."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom a route admits: *roles*, or everybody without a key where there are none."""

    roles: frozenset[Role]

    def contract(self) -> dict[str, Any]:
        """Return what the published contract says of it."""
        if not self.roles:
            return {"security": []}
        roles = [role for role in Role if role in self.roles]
        return {"x-roles": roles, "security": [{"key": []}]}


def admits(*roles: Role) -> Callable[[Endpoint], Endpoint]:
    """Let holders of a key of one of *roles* in, and nobody else."""
    return _declare(Admission(frozenset(roles)))


def public() -> Callable[[Endpoint], Endpoint]:
    """Let everybody in, without a key."""
    return _declare(Admission(frozenset()))


def _declare(admission: Admission) -> Callable[[Endpoint], Endpoint]:
    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.admission = admission  # type: ignore[attr-defined]
        return endpoint

    return declare


def admission_of(path: str, endpoint: Callable[..., Any]) -> Admission:
    """Return what *endpoint* declares. Raises: AccessUndeclared."""
    declared: Admission | None = getattr(endpoint, "admission", None)
    if declared is None:
        raise AccessUndeclared(f"{path}: say `@admits(…)` or `@public()`")
    return declared


def require_declared(app: FastAPI) -> None:
    """Refuse to start with a route that nobody guards. Raises: AccessUndeclared."""
    for route in _routes(app.routes):
        path = getattr(route, "path", "")
        if not hasattr(route, "admission") and path not in PUBLIC_PATHS:
            raise AccessUndeclared(f"{path or route}: not a guarded route, and not known as public")


def _routes(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _routes(included.routes)


async def authorise(scope: Scope, held: Gateway, admission: Admission) -> Principal | None:
    """Return who calls, None where the route is public.

    Raises: Unauthorized, QuotaExceeded, Forbidden; of a key that signs, what `require_signature`
    raises too. The holder of any other known key costs no query and no turn of the event loop, but
    where its quota is to be granted further.
    """
    if not admission.roles:
        return None
    key = bearer(scope)
    principal = held.keyring.known(key) or await held.keyring.holder(key)
    if principal is None:
        raise Unauthorized("send one valid key as `Authorization: Bearer …`")
    scope["state"]["principal"] = principal  # from here on it is known who is refused
    if not scope["state"].get("spent"):  # a repetition that is not kept is routed after all
        await spend(scope, held, principal, Counted.REQUESTS)
    require_role(principal, admission)
    if principal.signing is not None:
        await require_signature(scope, held, principal.signing)
    return principal


def require_role(principal: Principal, admission: Admission) -> None:
    """Let in who has one of the roles that are admitted. Raises: Forbidden."""
    if principal.role not in admission.roles:
        roles = ", ".join(role for role in Role if role in admission.roles)
        raise Forbidden(f"this is for: {roles}", role=principal.role)


async def spend(
    scope: Scope, held: Gateway, principal: Principal, counted: Counted, amount: int = 1
) -> None:
    """Spend so much of the quota of who calls, if there is one. Raises: QuotaExceeded.

    The answer then tells what is left, see `headers.left`.
    """
    account = held.quotas.account(principal, counted)
    if account is not None:
        scope["state"].setdefault("spent", []).append(account)
        await account.spend(amount)


def bearer(scope: Scope) -> str:
    """Return the key that a request carries, once. Raises: Unauthorized.

    Of two `Authorization` headers, whoever stands before us may have checked the other.
    """
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    if len(given) != 1 or given[0][: len(BEARER)].lower() != BEARER:
        raise Unauthorized("send one valid key as `Authorization: Bearer …`")
    return str(given[0][len(BEARER) :].strip().decode("latin-1"))


def address_of(scope: Scope) -> str:
    """Return where a request came from; what a proxy said only if it is an address."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def caller_of(request: Request) -> Principal:
    """Return who calls, as `authorise` found out."""
    principal: Principal = request.state.principal
    return principal


async def caller(request: Request) -> Principal:
    """Return who calls."""
    return caller_of(request)


async def actor(request: Request) -> Actor:
    """Return who acts and in which request."""
    return caller_of(request).acting(request.state.request_id, address_of(request.scope))


Caller = Annotated[Principal, Depends(caller)]
Acting = Annotated[Actor, Depends(actor)]


def require_round(principal: Principal, round_: str) -> None:
    """Let a key that is limited to some rounds see those alone. Raises: Forbidden.

    Of others it does not learn whether there are any.
    """
    if principal.rounds is not None and round_ not in principal.rounds:
        raise Forbidden("the key does not reach this round")


def require_reach(principal: Principal, applicant: str) -> None:
    """Let a key that is limited to some applicants act on those alone. Raises: Forbidden."""
    if not principal.reaches_applicant(applicant):
        raise Forbidden("the key does not reach this applicant")
