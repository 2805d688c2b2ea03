"""How sure a ranking is: asked for, and answered place by place."""

from fastapi import APIRouter, Request, Response

from api.http.access import Acting, Caller, admits
from api.http.context import Round, Tx
from api.http.headers import sends
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.operations.routes import READERS, OperationId, answer
from api.operations.schemas import OperationOut
from api.sensitivity.schemas import PlaceOut, PlacePage, SensitivityIn
from shared.core.errors import NotFound, RoundNotScored, TooManyOperations
from shared.core.principal import Role
from shared.operations import store as operations
from shared.sensitivity import service as services
from shared.sensitivity.service import Wanted

router = APIRouter(prefix="/rounds/{round}", tags=["sensitivity"], route_class=GuardedRoute)


@router.post(
    "/sensitivity",
    status_code=202,
    responses=problems(NotFound, RoundNotScored, TooManyOperations) | {202: sends("Location")},
)
@admits(Role.ADMIN, Role.AUDITOR)
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
    return await answer(tx, operation, caller)


@router.get("/operations/{operation}/items", responses=problems(NotFound))
@admits(*READERS)
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
