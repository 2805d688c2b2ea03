"""Discrepancies: where kinds of reporters state different values."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.discrepancies.places import named, place
from api.discrepancies.schemas import DiscrepancyOut, DiscrepancyPage
from api.http.access import Caller, admits
from api.http.context import Held, Round, Tx, framework_of
from api.http.paging import Cursor, Limit, cut
from api.http.paths import OfApplicant, OfMeasure
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.rankings.freshness import require_run
from api.rankings.instants import RunAsked
from shared.core.errors import NotFound
from shared.core.principal import Role
from shared.discrepancies import store as discrepancies
from shared.discrepancies.service import scope

router = APIRouter(prefix="/v1/rounds/{round}", tags=["discrepancies"], route_class=GuardedRoute)

Beyond = Annotated[
    bool,
    Query(
        description="`true`: only what is beyond its measure's tolerance. `false`: everything that"
        " several kinds of reporters state, agreeing or not."
    ),
]


@router.get("/discrepancies", responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR, Role.PORTAL, Role.SOURCE)
async def list_discrepancies(
    round: Round,
    who: Caller,
    held: Held,
    tx: Tx,
    request: Request,
    response: Response,
    run: RunAsked,
    beyond: Beyond = True,  # noqa: FBT002
    applicant: OfApplicant = None,
    measure: OfMeasure = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> DiscrepancyPage:
    """List where kinds of reporters state different values, the furthest apart first.

    What each stands by as of the round's reference date is compared, whether a run has taken it in
    or not, for accepted entries and measures without a panel, as far as the key reaches. With `run`
    or `as_of` it is what was recorded up to the last that the run took in, of who took part then.
    First come differences of which nothing relative can be said: categories, and from a counted 0.
    """
    await require_run(held, round, run)
    framework = await framework_of(held, round)
    compared = scope(framework, who, applicant, measure, only_beyond=beyond, run=run)
    found = await discrepancies.page(
        tx, round.id, round.reference_date, compared, place(request, cursor), limit + 1
    )
    page = cut(request, response, found, limit, named)
    items = [DiscrepancyOut.of(each, framework) for each in page.items]
    return DiscrepancyPage(items=items, next=page.next)
