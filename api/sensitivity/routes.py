"""How sure a ranking is: asked for. The answer is an operation's (`api/operations`)."""

from fastapi import APIRouter, Response

from api.http.access import Acting, admits
from api.http.context import Tx
from api.http.headers import sends
from api.http.paths import RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.operations.schemas import shown
from api.rankings.instants import RunAsked
from api.sensitivity.schemas import SensitivityIn, SensitivityOperation
from shared.core.errors import NotFound, RoundNotScored, TooManyOperations
from shared.core.principal import Role
from shared.sensitivity import service as services
from shared.sensitivity.service import Wanted

router = APIRouter(prefix="/v1/rounds/{round}", tags=["sensitivity"], route_class=GuardedRoute)


@router.post(
    "/sensitivity",
    status_code=202,
    responses=problems(NotFound, RoundNotScored, TooManyOperations) | {202: sends("Location")},
)
@admits(Role.ADMIN, Role.AUDITOR)
async def request(
    round: RoundCode,
    acting: Acting,
    tx: Tx,
    response: Response,
    run: RunAsked,
    body: SensitivityIn | None = None,
) -> SensitivityOperation:
    """Ask how sure the ranking of the last run is. A worker answers: follow the `Location`.

    The last run is that of the moment of asking, however late the worker comes to it; with `run` or
    `as_of` it is an earlier one. The operation's `parameters` name it.

    Answered are: where each applicant comes when weights stray at random; what the ranking would
    be under other normalisations, without each indicator, and with other rules for what is
    missing; and which least change of one weight swaps neighbours. The method is in
    `docs/sensitivity.md`.
    """
    asked = body or SensitivityIn()
    wanted = Wanted(asked.seed, asked.draws, asked.band, asked.first, run)
    operation = await services.request(tx, acting, round, wanted)
    response.headers["Location"] = f"/v1/rounds/{round}/operations/{operation.id}"
    return shown(SensitivityOperation, operation, with_name=True, result=None)
