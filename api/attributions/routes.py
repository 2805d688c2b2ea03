"""Attributions: what moved each total from one run to another."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import Response as Answer

from api.attributions.schemas import ChangesPage, changes
from api.http.access import Caller, admits
from api.http.context import Held, Round, framework_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID, OfKind
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.rankings.freshness import freshness_of
from shared.core.errors import Finding, Invalid, NotFound
from shared.core.principal import Role
from shared.rankings.store import AsOf
from shared.visibility import reach_of

router = APIRouter(
    prefix="/v1/rounds/{round}/runs/{run}/changes", tags=["runs"], route_class=GuardedRoute
)

AT_ONCE = 20
"""Items that are made before others have their turn: each has its parts and two sentences."""

Run = Annotated[int, Path(ge=1, le=GREATEST_ID, description="The later run.", examples=[2])]
Since = Annotated[
    int | None,
    Query(
        ge=0,
        le=GREATEST_ID,
        description="The earlier run, 0 for before the first; the one before this if unsaid.",
    ),
]


@router.get("", response_model=ChangesPage, responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def list_moved(
    round: Round,
    run: Run,
    caller: Caller,
    held: Held,
    request: Request,
    response: Response,
    since: Since = None,
    cohort: OfKind = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Answer:
    """List who moved since an earlier run, from where to where, and what each cause did to totals.

    The parts of a change are differences of recomputed totals, each cause taken in after those
    before it, and add up exactly: first who came or left; then what was taken back, reported,
    marked and settled of the applicant alone, as if nobody else had said anything; then what was
    said of others; last what other scoring code makes of the same. Nothing of it ever changes.
    With `cohort` ranks are places within that kind, and only that kind is listed. A key with limits
    is told of the applicants that it reaches, and of no submission that it does not.
    """
    after = (await freshness_of(held, round, run)).as_of
    earlier = run - 1 if since is None else since
    if earlier >= run:
        message = "The run to begin behind is not before the last."
        raise Invalid(message, (Finding("/query/since", "after-until", message, {"last": run}),))
    before = AsOf(0, None)
    if earlier:
        before = (await freshness_of(held, round, earlier)).as_of
    framework = await framework_of(held, round)
    whole = await held.attributions.between(framework, round, before, after)
    reach = reach_of(caller)
    found = whole.within(framework, reach.applicants, reach.measures)
    key = decode(request, cursor, int)
    begin = int(key[0]) if key else 0
    rows = list(enumerate(found.moved(cohort).tolist(), 1))[begin : begin + limit + 1]
    page = cut(request, response, rows, limit, lambda each: (each[0],))
    head = {
        "round": round.code,
        "since": earlier,
        "run": run,
        "cohort": cohort,
        "next": page.next,
    }
    items = changes(framework, found, [row for _, row in page.items], within=cohort is not None)
    body = await held.rendering.page(head, items, AT_ONCE)
    return Answer(body, headers=dict(response.headers), media_type="application/json")
