"""Framework documents."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import WithJsonSchema
from starlette.responses import Response as Answer

from api.frameworks.schemas import (
    FrameworkItem,
    FrameworkOut,
    FrameworkPage,
    RegistrationOut,
    WarningOut,
)
from api.http.access import ANY, Acting, admits
from api.http.bodies import takes
from api.http.context import Tx
from api.http.kept import written
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import FrameworkCode, FrameworkVersion
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Name
from shared.core import moments
from shared.core.errors import FrameworkDiffers, FrameworkInvalid, NotFound
from shared.core.principal import Role
from shared.frameworks import service as services
from shared.frameworks import store as frameworks
from shared.frameworks.store import StoredFramework

router = APIRouter(prefix="/v1/frameworks", tags=["frameworks"], route_class=GuardedRoute)

DOCUMENT = {"$ref": "#/components/schemas/FrameworkIn"}
"""What the contract says of the body, which the room reads by itself: it finds every fault."""

MOST_BYTES = 512 * 1024
"""The guide's framework, of 19 indicators, has 20 KiB."""


@router.post(
    "",
    status_code=201,
    response_model=RegistrationOut,
    responses=problems(FrameworkInvalid, FrameworkDiffers, also=RegistrationOut),
)
@admits(Role.ADMIN)
@takes(MOST_BYTES)
async def register(
    body: Annotated[Any, Body(), WithJsonSchema(DOCUMENT)],
    acting: Acting,
    tx: Tx,
) -> Answer:
    """Register a framework document, checked as a whole; every finding is reported at once.

    A registered document never changes: a revision has another version. What it may contain but
    hardly means is said in `warnings` and keeps nothing from happening.
    """
    stored, created = await services.register(tx, acting, body)
    doubts = await services.aside(services.doubtful, stored)
    warnings = [WarningOut.of(each).model_dump() for each in doubts]
    body = await services.aside(written, _document(stored) | {"warnings": warnings})
    return Response(body, 201 if created else 200, media_type="application/json")


@router.get("", responses=problems())
@admits(*ANY)
async def list_registered(
    tx: Tx, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None
) -> FrameworkPage:
    """List what is registered, in order of code and version."""
    after = decode(request, cursor, str, str)
    found = await frameworks.page(
        tx, None if after is None else (str(after[0]), str(after[1])), limit + 1
    )
    page = cut(request, response, found, limit, lambda each: (each.code, each.version))
    items = [_item(each) for each in page.items]
    return FrameworkPage(items=items, next=page.next)


@router.get("/{code}/{version}", response_model=FrameworkOut, responses=problems(NotFound))
@admits(*ANY)
async def read(code: FrameworkCode, version: FrameworkVersion, tx: Tx) -> Answer:
    """Return a document as it was registered."""
    stored = await frameworks.get(tx, code, version)
    body = await services.aside(written, _document(stored))
    return Response(body, media_type="application/json")


def _document(stored: StoredFramework) -> dict[str, Any]:
    registered_at = moments.written(stored.registered_at)
    return stored.document | {"sha256": stored.sha256, "registered_at": registered_at}


def _item(stored: StoredFramework) -> FrameworkItem:
    return FrameworkItem(
        code=stored.code,
        version=stored.version,
        name=Name.model_validate(stored.document["name"]),
        points=stored.document["points"],
        sha256=stored.sha256,
        registered_at=stored.registered_at,
    )
