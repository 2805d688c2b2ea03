"""Runs: when a round was recomputed, why, and how long it took."""

from collections.abc import Sequence
from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from api.answers.members import Fields, chosen, sparse
from api.http.access import ANY, Acting, Caller, admits
from api.http.context import Held, Round, Tx, framework_of
from api.http.headers import sends
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import RunNumber
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.runs.schemas import RunAsked, RunCauseOut, RunIn, RunOut, RunPage
from shared.core.errors import NotFound
from shared.core.principal import Principal, Role
from shared.database import Session
from shared.rounds import service as rounds
from shared.rounds.store import RoundFacts
from shared.runs import cause_store
from shared.runs import store as runs
from shared.runs.store import StoredRun
from shared.visibility import View, view
from shared.visibility.policy import is_told_all

router = APIRouter(prefix="/v1/rounds/{round}/runs", tags=["runs"], route_class=GuardedRoute)


async def _causes(
    tx: Session, round_: RoundFacts, caller: Principal, numbers: Sequence[int]
) -> dict[int, list[RunCauseOut]] | None:
    if not is_told_all(caller):  # experts' ties are among them
        return None
    found = await cause_store.causes(tx, round_.id, numbers)
    return {
        number: [RunCauseOut(**asdict(each)) for each in causes] for number, causes in found.items()
    }


def _shown(run: StoredRun, seen: View, causes: dict[int, list[RunCauseOut]] | None) -> RunOut:
    took = run.read_ms, run.compute_ms, run.write_ms
    read, compute, write = took if seen.places else (None, None, None)
    return RunOut(
        run=run.number,
        recorded_at=run.recorded_at,
        started_at=run.started_at,
        worker=run.worker,
        reason=f"{run.submissions} submissions, {run.other_changes} other changes",
        submissions=run.submissions,
        other_changes=run.other_changes,
        cohort=run.cohort,
        scores_written=run.scores_written if seen.places else None,
        duration_ms=sum(took) if seen.places else None,
        read_ms=read,
        compute_ms=compute,
        write_ms=write,
        request_ids=list(run.request_ids),
        causes=None if causes is None else causes[run.number],
    )


@router.get("", response_model=RunPage, responses=problems(NotFound))
@admits(*ANY)
async def list_recorded(
    round: Round,
    caller: Caller,
    held: Held,
    tx: Tx,
    request: Request,
    response: Response,
    fields: Fields = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List a round's runs, newest first; their numbers have no gap."""
    members = chosen(fields, RunOut)
    key = decode(request, cursor, int)
    found = await runs.page(tx, round.id, int(key[0]) if key else None, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.number,))
    seen = await view(tx, await framework_of(held, round), round, caller, None)
    causes = await _causes(tx, round, caller, [each.number for each in page.items])
    items = [_shown(each, seen, causes) for each in page.items]
    return sparse(RunPage(items=items, next=page.next), members, response)


@router.get("/{run}", responses=problems(NotFound))
@admits(*ANY)
async def read(round: Round, run: RunNumber, caller: Caller, held: Held, tx: Tx) -> RunOut:
    """Return one run."""
    seen = await view(tx, await framework_of(held, round), round, caller, None)
    causes = await _causes(tx, round, caller, [run])
    return _shown(await runs.get(tx, round.id, run), seen, causes)


@router.post("", status_code=202, responses=problems(NotFound) | {202: sends("Location")})
@admits(Role.ADMIN)
async def ask(round: Round, body: RunIn, acting: Acting, tx: Tx, response: Response) -> RunAsked:
    """Ask for a run over the whole cohort, for a reason that is kept; nothing is overwritten.

    It is needed after an update that changes the rules. A round that is set aside is tried again
    when its turn comes.
    """
    last, _ = await runs.latest(tx, round.id)
    count = await rounds.recompute(tx, acting, round.code, body.reason, at_once=False)
    response.headers["Location"] = f"/v1/rounds/{round.code}/runs/{last + 1}"
    return RunAsked(applicants=count, after=last)
