"""Runs: when a round was recomputed, why, and how long it took."""

from fastapi import APIRouter, Request, Response

from api.http.access import ANY, admits
from api.http.context import Round, Tx
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import RunNumber
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.runs.schemas import RunOut, RunPage
from shared.core.errors import NotFound
from shared.runs import store as runs
from shared.runs.store import StoredRun

router = APIRouter(prefix="/rounds/{round}/runs", tags=["runs"], route_class=GuardedRoute)


def _shown(run: StoredRun) -> RunOut:
    return RunOut(
        run=run.number,
        recorded_at=run.recorded_at,
        started_at=run.started_at,
        worker=run.worker,
        reason=f"{run.submissions} submissions, {run.other_changes} other changes",
        submissions=run.submissions,
        other_changes=run.other_changes,
        cohort=run.cohort,
        scores_written=run.scores_written,
        duration_ms=run.read_ms + run.compute_ms + run.write_ms,
        read_ms=run.read_ms,
        compute_ms=run.compute_ms,
        write_ms=run.write_ms,
        request_ids=list(run.request_ids),
    )


@router.get("", responses=problems(NotFound))
@admits(*ANY)
async def list_recorded(
    round: Round,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RunPage:
    """List a round's runs, newest first; their numbers have no gap."""
    key = decode(cursor, int)
    found = await runs.page(tx, round.id, int(key[0]) if key else None, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.number,))
    return RunPage(items=[_shown(each) for each in page])


@router.get("/{run}", responses=problems(NotFound))
@admits(*ANY)
async def read(round: Round, run: RunNumber, tx: Tx) -> RunOut:
    """Return one run."""
    return _shown(await runs.get(tx, round.id, run))
