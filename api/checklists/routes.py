"""Checklists: what an applicant's measures have and lack."""

from fastapi import APIRouter, Request
from starlette.responses import Response as Answer

from api.checklists.schemas import ChecklistOut, item, summary
from api.http.access import ANY, Caller, admits, require_reach
from api.http.context import Held, Round, database_of, framework_of
from api.http.paths import ApplicantCode, OfMeasure
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.checklists import service as checklists
from shared.core.errors import MarksOutstanding, NotFound

router = APIRouter(
    prefix="/v1/rounds/{round}/entries/{applicant}/checklist",
    tags=["rounds"],
    route_class=GuardedRoute,
)


@router.get("", response_model=ChecklistOut, responses=problems(NotFound, MarksOutstanding))
@admits(*ANY)
async def checklist(
    round: Round,
    applicant: ApplicantCode,
    caller: Caller,
    held: Held,
    request: Request,
    measure: OfMeasure = None,
) -> Answer:
    """List each measure: who must report it, until when, what counts, what it costs if nothing.

    As it now stands, whether a run has taken it in or not. `summary` is of all measures. A key that
    is limited to some applicants reads theirs alone, an expert those whom it marked in full, or all
    once the round is closed. While it is open, what a panel's marks come to is for administrators
    and auditors alone.
    """
    require_reach(caller, applicant)
    framework = await framework_of(held, round)
    database = database_of(request, every_measure=True)
    found = await checklists.read(database, framework, round, caller, applicant)
    head = {
        "round": round.code,
        "applicant": applicant,
        "summary": summary(framework, found),
    }
    items = (
        item(framework, round, each) for each in found.items if measure in {None, each.measure.code}
    )
    body = await held.rendering.page(head, items)
    return Answer(body, media_type="application/json")
