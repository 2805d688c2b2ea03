"""Operations: asked for, followed, cancelled; what they answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.bodies import ExactRoute
from api.deps import Acting, Caller, Round, Tx, admits
from api.headers import sends
from api.paging import Cursor, Limit, cut, decode
from api.paths import GREATEST_ID, RoundCode
from api.problems import problems
from api.schemas.operations import (
    OperationItem,
    OperationOut,
    OperationPage,
    PlaceOut,
    PlacePage,
    SensitivityIn,
    shown,
)
from shared.core.errors import NotFound, RoundNotScored, TooManyOperations
from shared.core.principal import Role
from shared.operations import store as operations
from shared.operations.store import Operation
from shared.sensitivity import service as services
from shared.sensitivity.service import Wanted

router = APIRouter(prefix="/rounds/{round}", tags=["sensitivity"], route_class=ExactRoute)

READERS: tuple[Role, ...] = (Role.ADMIN, Role.PORTAL, Role.SOURCE, Role.AUDITOR)
"""All but experts: how far points would have to change to swap two places tells of their marks."""

OperationId = Annotated[
    int, Path(ge=1, le=GREATEST_ID, description="The operation's id.", examples=[1])
]


def _sees_names(caller: Caller) -> bool:
    return caller.role in {Role.ADMIN, Role.AUDITOR}


async def _answer(tx: Tx, operation: Operation, caller: Caller) -> OperationOut:
    result = None
    if operation.state == "done":
        result = await operations.summary(tx, operation.round_id, operation.id)
    document = shown(operation, with_name=_sees_names(caller))
    return OperationOut.model_validate(document | {"result": result})


@router.post(
    "/sensitivity",
    status_code=202,
    responses=problems(NotFound, RoundNotScored, TooManyOperations) | {202: sends("Location")},
    **admits(Role.ADMIN, Role.AUDITOR),
)
async def request(
    round: RoundCode,
    acting: Acting,
    caller: Caller,
    tx: Tx,
    response: Response,
    body: SensitivityIn | None = None,
) -> OperationOut:
    """Ask how sure the ranking of the last run is. A worker answers: follow the `Location`.

    Answered are: where each applicant comes when weights stray at random; what the ranking would
    be under other normalisations, without each indicator, and with other rules for what is
    missing; and which least change of one weight swaps neighbours. The method is in
    `docs/sensitivity.md`.
    """
    asked = body or SensitivityIn()
    wanted = Wanted(asked.seed, asked.draws, asked.band, asked.first)
    operation = await services.request(tx, acting, round, wanted)
    response.headers["Location"] = f"/v1/rounds/{round}/operations/{operation.id}"
    return await _answer(tx, operation, caller)


@router.get("/operations", responses=problems(NotFound), **admits(*READERS))
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
    key = decode(cursor, int)
    found = await operations.page(tx, round.id, int(key[0]) if key else None, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.id,))
    sees = _sees_names(caller)
    items = [OperationItem.model_validate(shown(each, with_name=sees)) for each in page]
    return OperationPage(items=items)


@router.get("/operations/{operation}", responses=problems(NotFound), **admits(*READERS))
async def read(round: Round, operation: OperationId, caller: Caller, tx: Tx) -> OperationOut:
    """Return an operation: how far it is, and its result once it is done."""
    return await _answer(tx, await operations.get(tx, round.id, operation), caller)


@router.get("/operations/{operation}/items", responses=problems(NotFound), **admits(*READERS))
async def list_items(
    round: Round,
    operation: OperationId,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> PlacePage:
    """List how sure each place is, by kind and in order of place; 404 until there is a result."""
    stored = await operations.get(tx, round.id, operation)
    if stored.state != "done":
        raise NotFound(f"operation {operation} is {stored.state}: it has no items")
    key = decode(cursor, int)
    after = int(key[0]) if key else 0
    found = await operations.items(tx, round.id, operation, after, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each[0],))
    return PlacePage(items=[PlaceOut.model_validate(item) for _, item in page])


@router.delete(
    "/operations/{operation}", responses=problems(NotFound), **admits(Role.ADMIN, Role.AUDITOR)
)
async def cancel(
    round: Round, operation: OperationId, acting: Acting, caller: Caller, tx: Tx
) -> OperationOut:
    """Cancel an operation that waits or runs. One that has ended is answered as it is."""
    return await _answer(tx, await services.cancel(tx, acting, round.id, operation), caller)
