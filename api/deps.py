"""What routes ask for: a transaction, who is calling, the round in the path."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.paths import RoundCode
from api.problems import Unauthorized
from api.state import Gateway
from shared.core.errors import Forbidden
from shared.core.principal import Actor, Principal, Role
from shared.database.engine import reading
from shared.rounds.store import StoredRound
from shared.scoring.framework import Framework

ANY = tuple(Role)

BEARER = "Bearer "


def gateway_of(request: Request) -> Gateway:
    """Return what this process holds."""
    held: Gateway = request.app.state.gateway
    return held


# Dependencies are coroutines even where they wait for nothing, since FastAPI would call a plain
# function in a thread; and what every request needs asks for no dependency of its own.
async def gateway(request: Request) -> Gateway:
    """Return what this process holds."""
    return gateway_of(request)


Held = Annotated[Gateway, Depends(gateway)]


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """One request, one transaction: committed when the route returns, undone if it raises."""
    async with gateway_of(request).sessions.begin() as session:
        yield session


# "function" commits before the answer is sent; FastAPI's default would commit after it.
Tx = Annotated[AsyncSession, Depends(transaction, scope="function")]


def admits(*roles: Role) -> dict[str, Any]:
    """Return what makes a route admit *roles* alone: `ExactRoute` reads it, and so do clients."""
    return {"openapi_extra": {"x-roles": list(roles), "security": [{"key": []}]}}


async def authorise(request: Request, roles: Sequence[Role]) -> None:
    """Let a request of one of *roles* pass. Raises: Unauthorized, Forbidden."""
    principal = await _holder(request)
    if principal.role not in roles:
        raise Forbidden(f"this is for: {', '.join(roles)}", role=principal.role)
    request.state.principal = principal


def require_reach(request: Request, applicant: str) -> None:
    """Let a key that is limited to some applicants act on those alone. Raises: Forbidden."""
    reached = caller_of(request).applicants
    if reached is not None and applicant not in reached:
        raise Forbidden("the key does not reach this applicant")


async def _holder(request: Request) -> Principal:
    given = request.headers.get("authorization", "")
    if given[: len(BEARER)].lower() == BEARER.lower():
        principal = await gateway_of(request).keyring.holder(given[len(BEARER) :].strip())
        if principal is not None:
            return principal
    raise Unauthorized("send a valid key as `Authorization: Bearer …`")


def caller_of(request: Request) -> Principal:
    """Return who calls, as `admits` found out."""
    principal: Principal = request.state.principal
    return principal


async def caller(request: Request) -> Principal:
    """Return who calls."""
    return caller_of(request)


async def actor(request: Request) -> Actor:
    """Return who acts and in which request."""
    return Actor(caller_of(request).name, request.state.request_id)


Caller = Annotated[Principal, Depends(caller)]
Acting = Annotated[Actor, Depends(actor)]


async def named_round(request: Request, round: RoundCode) -> StoredRound:  # noqa: A002
    """Return what never changes of the round in the path; its state may be out of date."""
    return await round_of(gateway_of(request), round)


Round = Annotated[StoredRound, Depends(named_round)]


async def round_of(held: Gateway, code: str) -> StoredRound:
    """Return what never changes of a round. Raises: NotFound."""
    known = held.rounds.known(code)
    if known is None:
        async with reading(held.sessions) as session:
            known = await held.rounds.get(session, code)
    return known


async def framework_of(held: Gateway, round_: StoredRound) -> Framework:
    """Return the framework of a round."""
    known = held.library.known(round_.framework)
    if known is None:
        async with reading(held.sessions) as session:
            known = await held.library.get(session, round_.framework)
    return known
