"""For operators: is it alive, is it ready, what does it measure. Outside /v1, and without a key."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import PlainTextResponse, Response

from api.health.schemas import Health
from api.http.access import public
from api.http.context import Held, Tx
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.changes import store as changes
from shared.changes.metrics import observe_queue
from shared.core.errors import Unavailable

EXAMPLE = """\
# HELP pilotzone_queue_changes Changes that wait for a run.
# TYPE pilotzone_queue_changes gauge
pilotzone_queue_changes 0.0
# HELP pilotzone_queue_oldest_seconds Age of the oldest change that waits.
# TYPE pilotzone_queue_oldest_seconds gauge
pilotzone_queue_oldest_seconds 0.0
"""

router = APIRouter(tags=["health"], route_class=GuardedRoute)


@router.get("/health/live")
@public()
async def live() -> Health:
    """Say that the process answers."""
    return Health(status="live")


@router.get("/health/ready", responses=problems(Unavailable))
@public()
async def ready(held: Held) -> Health:
    """Say that the database answers too."""
    await held.database.require_answer()
    return Health(status="ready")


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"example": EXAMPLE}}}, **problems(Unavailable)},
)
@public()
async def measurements(tx: Tx) -> Response:
    """Return what Prometheus asks for."""
    observe_queue(await changes.queue(tx))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
