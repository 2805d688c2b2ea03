"""What routes ask for: a transaction, who is calling, a page of a list."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from api.problems import Unauthorized
from api.state import Gateway
from shared.domain.actor import Actor
from shared.domain.errors import Forbidden
from shared.domain.framework import Framework
from shared.store.keys import Principal
from shared.store.rounds import StoredRound

Role = Literal["admin", "portal", "source", "expert", "auditor"]
ANY: tuple[Role, ...] = ("admin", "portal", "source", "expert", "auditor")

bearer = HTTPBearer(auto_error=False, description="An API key: `pilotzone keys create`.")


def gateway(request: Request) -> Gateway:
    """Return what this process holds."""
    held: Gateway = request.app.state.gateway
    return held


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """One request, one transaction: committed when the route returns, undone if it raises."""
    async with gateway(request).sessions.begin() as session:
        yield session


# "function" commits before the answer is sent; FastAPI's default would commit after it.
Tx = Annotated[AsyncSession, Depends(transaction, scope="function")]
Held = Annotated[Gateway, Depends(gateway)]


def admits(*roles: Role) -> dict[str, Any]:
    """Return what a route needs to admit *roles* alone, and to say so in its description."""

    async def check(
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> None:
        principal = given and await gateway(request).keyring.holder(given.credentials)
        if not principal:
            raise Unauthorized("send a valid key as `Authorization: Bearer …`")
        if principal.role not in roles:
            raise Forbidden(f"this is for: {', '.join(roles)}", role=principal.role)
        request.state.principal = principal

    return {"dependencies": [Depends(check)], "openapi_extra": {"x-roles": list(roles)}}


def caller(request: Request) -> Principal:
    """Return who calls, as `admits` found out."""
    principal: Principal = request.state.principal
    return principal


def actor(request: Request) -> Actor:
    """Return who acts and in which request."""
    return Actor(caller(request).name, request.state.request_id)


Caller = Annotated[Principal, Depends(caller)]
Acting = Annotated[Actor, Depends(actor)]


async def named_round(request: Request, round: str) -> StoredRound:  # noqa: A002
    """Return what never changes of the round in the path; its state may be out of date."""
    held = gateway(request)
    known = held.rounds.known(round)
    if known is None:
        async with held.sessions() as session:
            known = await held.rounds.get(session, round)
    return known


Round = Annotated[StoredRound, Depends(named_round)]


async def framework_of(held: Gateway, round_: StoredRound) -> Framework:
    """Return the framework of a round."""
    known = held.library.known(round_.framework)
    if known is None:
        async with held.sessions() as session:
            known = await held.library.get(session, round_.framework)
    return known
