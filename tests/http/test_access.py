"""Access fails closed: a route says whom it admits, or the application does not start."""

import pytest
from fastapi import APIRouter, FastAPI

from api.http.access import AccessUndeclared, admits, public, require_declared
from api.http.route import GuardedRoute
from shared.core.principal import Role


async def nothing() -> None:
    """Answer nothing."""


def test_a_route_that_says_nothing_of_access_cannot_be_made() -> None:
    router = APIRouter(route_class=GuardedRoute)
    with pytest.raises(AccessUndeclared, match="/forgotten"):
        router.get("/forgotten")(nothing)


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_an_application_with_an_unguarded_route_does_not_start(prefix: str) -> None:
    """However it came in: past the guarded kind of route, directly or with a router."""
    app, router = FastAPI(docs_url=None, redoc_url=None, openapi_url=None), APIRouter()
    router.get("/forgotten")(nothing)
    app.include_router(router, prefix=prefix)
    with pytest.raises(AccessUndeclared, match="/forgotten"):
        require_declared(app)


def test_declared_routes_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    router = APIRouter(route_class=GuardedRoute)
    router.get("/open")(public()(nothing))

    async def guarded() -> None:
        """Answer nothing."""

    router.get("/guarded")(admits(Role.ADMIN)(guarded))
    app.include_router(router, prefix="/v1")
    require_declared(app)
