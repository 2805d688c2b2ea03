"""Movement: places over runs, and who moved with one of them."""

import asyncio

from fastapi import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import gateway_of
from api.http.paths import OfKind, RoundCode, RunNumber
from api.rankings.freshness import earlier_of
from api.rankings.instants import RunAsked
from shared.rankings.store import AsOf
from shared.visibility import reach_of
from web.kept import PageKey, repeat, shared
from web.movement import moves, reading
from web.movement.moves import Span
from web.movement.page import page
from web.movement.run_page import SEES_CAUSES
from web.movement.run_page import page as run_page
from web.parts.pager import PageNumber
from web.parts.seen import seen
from web.reader import Reading
from web.routing import pages

router = pages()


@router.get("/board/rounds/{round}/movement")
@admits(*ANY)
async def movement(
    round: RoundCode, request: Request, reader: Reading, run: RunAsked, cohort: OfKind = None
) -> Response:
    """Show places over the last runs, or those up to *run*."""
    held, shown = gateway_of(request), await seen(request, round, run)
    stored, fresh = shown.round, shown.fresh
    pinned = run is not None
    key = PageKey("movement", stored.id, fresh, reader.audience(), (cohort, pinned))

    async def render() -> str:
        kind = cohort or "county"
        found = await reading.read(held, stored, fresh, kind)
        return await asyncio.to_thread(page, reader, found, kind, cohort=cohort, pinned=pinned)

    answer = await shared(held, reader, key, render)
    if not pinned:
        repeat(request, key)
    return answer


@router.get("/board/rounds/{round}/movement/{run}")
@admits(*ANY)
async def moved(
    round: RoundCode,
    run: RunNumber,
    request: Request,
    reader: Reading,
    cohort: OfKind = None,
    number: PageNumber = 1,
) -> Response:
    """Show who moved with *run*, and to administrators and auditors what moved them."""
    held, who = gateway_of(request), caller_of(request)
    shown = await seen(request, round, run)
    stored, fresh, newest = shown.round, shown.fresh, shown.newest
    before = AsOf(0, None)
    if run > 1:
        before = (await earlier_of(held, stored, newest, run - 1)).as_of
    span = Span(before, fresh, newest.run)
    causes = who.role in SEES_CAUSES
    reach = reach_of(who) if causes else None
    asked = (span, cohort, number, reach)
    key = PageKey("moved", stored.id, fresh, reader.audience(), asked)

    async def render() -> str:
        kind = cohort or "county"
        if reach is None:
            found = await moves.plain(held, shown.framework, stored, span, kind, number)
        else:
            found = await moves.attributed(held, shown.framework, stored, span, reach, kind, number)
        return await asyncio.to_thread(
            run_page, reader, found, kind, number, cohort=cohort, causes=causes
        )

    return await shared(held, reader, key, render)
