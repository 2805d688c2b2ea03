"""Operations: followed and cancelled."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from api.http.access import Acting, Caller, admits
from api.http.context import Round, Tx
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Items
from api.operations.kinds import AnyOperation, AnyPage, OperationPage, view_of
from api.operations.schemas import OperationItem, shown
from shared.core.errors import NotFound
from shared.core.principal import Role
from shared.operations import service as services
from shared.operations import store as operations
from shared.operations.model import Operation
from shared.visibility import sees_names

router = APIRouter(prefix="/v1/rounds/{round}", tags=["operations"], route_class=GuardedRoute)

READERS: tuple[Role, ...] = (Role.ADMIN, Role.PORTAL, Role.SOURCE, Role.AUDITOR)
"""All but experts: how far points would have to change to swap two places tells of their marks."""

OperationId = Annotated[
    int, Path(ge=1, le=GREATEST_ID, description="The operation's id.", examples=[1])
]


async def _answer(tx: Tx, operation: Operation, caller: Caller) -> OperationItem:
    """Show an operation, with its result once it is done."""
    result = None
    if operation.state == "done":
        result = await operations.summary(tx, operation.round_id, operation.id)
    shape = view_of(operation.kind).operation
    return shown(shape, operation, with_name=sees_names(caller), result=result)


@router.get("/operations", responses=problems(NotFound))
@admits(*READERS)
async def list_requested(
    round: Round,
    caller: Caller,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> OperationPage:
    """List the round's operations, newest first, without their results."""
    key = decode(request, cursor, int)
    found = await operations.page(tx, round.id, int(key[0]) if key else None, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.id,))
    sees = sees_names(caller)
    items = [shown(view_of(each.kind).item, each, with_name=sees) for each in page.items]
    return OperationPage.model_validate({"items": items, "next": page.next})


@router.get("/operations/{operation}", response_model=AnyOperation, responses=problems(NotFound))
@admits(*READERS)
async def read(round: Round, operation: OperationId, caller: Caller, tx: Tx) -> OperationItem:
    """Return an operation: how far it is, and its result once it is done."""
    return await _answer(tx, await operations.get(tx, round.id, operation), caller)


@router.get("/operations/{operation}/items", response_model=AnyPage, responses=problems(NotFound))
@admits(*READERS)
async def list_items(
    round: Round,
    operation: OperationId,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Items[Any]:
    """List the items of an operation's result, in their order; 404 until there is a result."""
    stored = await operations.get(tx, round.id, operation)
    if stored.state != "done":
        raise NotFound(f"operation {operation} is {stored.state}: it has no items")
    key = decode(request, cursor, int)
    after = int(key[0]) if key else 0
    found = await operations.items(tx, round.id, operation, after, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each[0],))
    items = [item for _, item in page.items]
    return view_of(stored.kind).page.model_validate({"items": items, "next": page.next})


@router.delete("/operations/{operation}", response_model=AnyOperation, responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def cancel(
    round: Round, operation: OperationId, acting: Acting, caller: Caller, tx: Tx
) -> OperationItem:
    """Cancel an operation that waits or runs. One that has ended is answered as it is."""
    return await _answer(tx, await services.cancel(tx, acting, round.id, operation), caller)
