"""Scores: the ranking, one scorecard, its history."""

import json
from dataclasses import replace
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import Response as Answer
from starlette.types import Scope

from api.answers.members import Fields, chosen, only
from api.http.access import ANY, admits, caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.kept import joined, written
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID, ApplicantCode, Named, OfDivision, OfKind, RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.state import Gateway
from api.rankings.freshness import earlier_of, freshness_of, require_run
from api.rankings.inclusion import AfterRun, Awaited, Wait, WaitFor, WaitForBatch, come
from api.rankings.instants import RunAsked, require_same_run
from api.rankings.pages import Asked, PageKey, card_of, page_of
from api.rankings.schemas import HistoryPage, RankingOut, ScorecardOut, ScoreOut
from api.rankings.scorecards import at_once, freshened, past, seen_alone
from shared.applicants import store as applicants
from shared.applicants.store import Sought
from shared.core.errors import MarksOutstanding, NotFound
from shared.core.principal import Principal, Role
from shared.rankings import store as standings
from shared.rankings.order import Sort
from shared.visibility import visible
from shared.visibility.policy import rests_on_marks_of_others

router = APIRouter(prefix="/v1/rounds/{round}/scores", tags=["scores"], route_class=GuardedRoute)

Sorted = Annotated[
    Sort,
    Query(
        description="`-` turns an order round; who has no rank stands behind the others. Equal"
        " coverage stands in order of rank. `name` is the English one, which says of a Chinese"
        " place how it is spoken."
    ),
]
Include = Annotated[
    list[Literal["lines", "names"]],
    Query(
        description="`lines`: with every line. `names`: lines and dimensions have the framework's"
        " names beside their codes, as a scorecard always has them."
    ),
]


@router.get("", response_model=RankingOut, responses=problems(NotFound, MarksOutstanding))
@admits(*ANY)
async def ranking(
    round: RoundCode,
    request: Request,
    run: RunAsked,
    cohort: OfKind = None,
    q: Named = None,
    division: OfDivision = None,
    sort: Sorted = "rank",
    fields: Fields = None,
    wait_for: WaitFor = None,
    wait_for_batch: WaitForBatch = None,
    after_run: AfterRun = None,
    wait: Wait = 5.0,
    include: Include = [],  # noqa: B006 -- FastAPI copies defaults
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Answer:
    """Return the ranking, first place first: of one kind of applicant, or of all.

    With `wait_for` or `wait_for_batch` the answer comes once a run has taken that submission or
    batch in, with `after_run` once there is a later run, or after `wait` seconds with the ranking
    as it then is; `state` and `run` say which. Pages that follow show the same run, whatever runs
    happen meanwhile: they say `pinned`, and in `latest_run` whether there is a later one.
    With `run` or `as_of` applicants have the names that they had at that run, else those of now.
    An expert is shown the ranking once all of its marks of the round stand, or the round is closed:
    before, places and totals would tell it what others marked.
    """
    held = gateway_of(request)
    members = chosen(fields, ScoreOut)
    stored = await round_of(held, round)
    awaited = Awaited(wait_for, wait_for_batch, after_run, wait)
    await come(request, stored, awaited)
    start, named = 0, run is not None
    if (key := decode(request, cursor, int, int)) is not None:
        require_same_run(run, int(key[0]))
        run, start = int(key[0]) or None, int(key[1])
    newest = await held.watch.freshness(stored.id)
    fresh = await earlier_of(held, stored, newest, run)
    if not named:
        fresh = replace(fresh, names=newest.names)
    sought = Sought(cohort, q, division)
    asked = Asked(sought, sort, members, tuple(sorted({*include})), limit, start)
    wanted = PageKey(stored.id, fresh, newest.run, run is not None, asked)
    framework = await framework_of(held, stored)
    await visible(held.database, framework, stored, caller_of(request), None)
    page = await page_of(held, round, framework, wanted)
    if run is None and not awaited.any:
        held.kept.repeat(request.scope, partial(_again, held, wanted))
    return page.answer


async def _again(held: Gateway, wanted: PageKey, _: Scope, who: Principal) -> Response | None:
    """Return the page as it now is, if it is rendered and *who* may see any page of the round.

    An expert may not: what it sees depends on its marks.
    """
    if who.role == Role.EXPERT:
        return None
    fresh = await held.watch.freshness(wanted.round_id)
    page = held.kept.pages.get(wanted._replace(fresh=fresh, latest=fresh.run))
    return None if page is None else page.answer


@router.get(
    "/{applicant}", response_model=ScorecardOut, responses=problems(NotFound, MarksOutstanding)
)
@admits(*ANY)
async def scorecard(
    round: RoundCode,
    applicant: ApplicantCode,
    request: Request,
    run: RunAsked,
    fields: Fields = None,
    wait_for: WaitFor = None,
    wait_for_batch: WaitForBatch = None,
    after_run: AfterRun = None,
    wait: Wait = 5.0,
) -> Answer:
    """Return one applicant's score with every line, to an expert once it marked the applicant.

    While the round is open and the expert has yet to mark others, what moves with them is null:
    places, counts, and what is measured against their marks.
    """
    held = gateway_of(request)
    members = chosen(fields, ScoreOut)
    stored = await round_of(held, round)
    awaited = Awaited(wait_for, wait_for_batch, after_run, wait)
    await come(request, stored, awaited)
    framework = await framework_of(held, stored)
    fresh = await freshness_of(held, stored, run)
    whole = await held.rankings.as_of(stored.id, fresh.as_of)
    if applicant not in whole.positions:
        raise NotFound(f"{applicant} has no score in round {round}")
    seen = await visible(held.database, framework, stored, caller_of(request), applicant)
    card = await card_of(held, framework, whole, stored.id, fresh, applicant)
    if not seen.places:
        card = written(seen_alone(framework, json.loads(card)))
    if members is not None:
        card = written(only(json.loads(card), members))
    body = joined(card, written(freshened(round, fresh)))
    return Response(body, media_type="application/json")


@router.get(
    "/{applicant}/history",
    response_model=HistoryPage,
    responses=problems(NotFound, MarksOutstanding),
)
@admits(*ANY)
async def history(
    round: RoundCode,
    applicant: ApplicantCode,
    request: Request,
    response: Response,
    run: RunAsked,
    include: Include = [],  # noqa: B006
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Answer:
    """List an applicant's scores, newest first; each holds from its run on, until the next.

    With `run` or `as_of` they are those up to that run, which never change. An expert is shown them
    once it marked the applicant, or the round is closed.
    """
    held = gateway_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    async with held.database.reading() as session:
        await applicants.get(session, applicant)
    seen = await visible(held.database, framework, stored, caller_of(request), applicant)
    if not seen.cohorts and any(rests_on_marks_of_others(framework)):
        raise MarksOutstanding("shown once all of your own marks of the round stand")
    await require_run(held, stored, run)
    before = None if run is None else run + 1
    if (key := decode(request, cursor, int)) is not None:
        before = min(int(key[0]), before or GREATEST_ID)
    async with held.database.reading() as session:
        found = await standings.history(session, stored.id, applicant, before, limit + 1)
    with_lines = "lines" in include
    page = cut(request, response, found, limit, lambda each: (each.run,))
    items = past(framework, page.items, with_lines=with_lines, named="names" in include)
    head = {"next": page.next}
    body = await held.rendering.page(head, items, at_once(framework, with_lines=with_lines))
    return Response(body, headers=response.headers, media_type="application/json")
