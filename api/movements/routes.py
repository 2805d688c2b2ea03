"""Movements: the ranks of a round over its runs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response as Answer

from api.http.access import ANY, admits, caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.paging import MOST_ON_A_PAGE, Cursor, decode
from api.http.paths import GREATEST_ID, OfKind, RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.movements.pages import MovementsKey, page_of
from api.movements.schemas import MovementsPage
from api.rankings.freshness import earlier_of
from api.rankings.instants import RunAsked, require_same_run
from shared.core.errors import Finding, Invalid, MarksOutstanding, NotFound
from shared.rankings.movements import MOST_RUNS
from shared.visibility import visible

router = APIRouter(prefix="/v1/rounds/{round}/movements", tags=["scores"], route_class=GuardedRoute)

Since = Annotated[
    int,
    Query(ge=0, le=GREATEST_ID, description="The run to begin behind; 0: before the first."),
]
Until = Annotated[int | None, Query(ge=1, le=GREATEST_ID, description="The same as `run`.")]
Runs = Annotated[
    int,
    Query(
        ge=1, le=MOST_ON_A_PAGE, description="Most runs on a page; of large rounds it has fewer."
    ),
]


@router.get("", response_model=MovementsPage, responses=problems(NotFound, MarksOutstanding))
@admits(*ANY)
async def movements(
    round: RoundCode,
    request: Request,
    run: RunAsked,
    since: Since = 0,
    until: Until = None,
    cohort: OfKind = None,
    limit: Runs = MOST_RUNS,
    cursor: Cursor = None,
) -> Answer:
    """List runs behind `since`, who moved with each from which rank to which, and all ranks.

    The last of them is `run`, or the last that was sealed at `as_of`; applicants then have the
    names that they had at that run, else those of now. With `cohort` ranks are places within that
    kind, else among all, as the ranking shows them. An expert is shown them once it is shown the
    ranking.
    """
    held = gateway_of(request)
    stored = await round_of(held, round)
    if until is not None and run is not None:
        message = "Ask for a run once: by `run`, by `until` or by an instant."
        raise Invalid(message, (Finding("/query/until", "with-a-run", message),))
    last, first = until if run is None else run, since
    named = last is not None
    if (key := decode(request, cursor, int, int, int)) is not None:
        require_same_run(last, int(key[0]))
        last, first, since = int(key[0]) or None, int(key[1]), int(key[2])
    framework = await framework_of(held, stored)
    newest = await held.watch.freshness(stored.id)  # and then whether that may be seen
    await visible(held.database, framework, stored, caller_of(request), None)
    fresh = await earlier_of(held, stored, newest, last)
    if since > fresh.run:
        message = "The run to begin behind is not before the last."
        raise Invalid(
            message, (Finding("/query/since", "after-until", message, {"last": fresh.run}),)
        )
    names = fresh.names if named else newest.names
    wanted = MovementsKey(stored.id, first, since, fresh.as_of, names, cohort, limit)
    return (await page_of(held, round, wanted)).answer
