"""Diagnostics: how indicators behave, what deserves a look."""

from fastapi import APIRouter, Response
from starlette.responses import Response as Answer

from api.diagnostics.schemas import DiagnosticsOut, cohorts, coverage
from api.frameworks.schemas import WarningOut
from api.http.access import admits
from api.http.context import Held, Round, framework_of
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.rankings.freshness import freshness_of
from api.rankings.instants import RunAsked
from api.rankings.scorecards import freshened
from shared.core.errors import NotFound
from shared.core.principal import Role
from shared.diagnostics import service as services

router = APIRouter(prefix="/v1/rounds/{round}", tags=["diagnostics"], route_class=GuardedRoute)


@router.get("/diagnostics", response_model=DiagnosticsOut, responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def read(round: Round, held: Held, run: RunAsked) -> Answer:
    """Say how the indicators behaved in a run, the last or the one asked for, and what to look at.

    Those of `warnings` that are of entries and keys are of the round as it now is, whichever run is
    asked for, and are there before the first run too.
    """
    framework = await framework_of(held, round)
    fresh = await freshness_of(held, round, run)
    diagnosis = await held.diagnoses.as_of(framework, round.id, fresh.as_of)
    async with held.database.reading() as session:
        warnings = await services.warnings(session, framework, round.id, diagnosis)
    body = await held.rendering.document(
        {
            **freshened(round.code, fresh),
            "warnings": (WarningOut.of(each).model_dump() for each in warnings),
            "cohorts": cohorts(diagnosis, framework),
            "coverage": coverage(diagnosis).model_dump(),
        }
    )
    return Response(body, media_type="application/json")
