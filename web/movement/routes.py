"""Movement: places over runs, and who moved with one of them."""

import asyncio
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.paths import OfKind, RoundCode, RunNumber
from api.http.state import Gateway
from api.rankings.freshness import earlier_of
from api.rankings.instants import RunAsked
from shared.core.principal import Principal
from shared.rankings.store import AsOf, Freshness
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility import reach_of, visible
from web.kept import PageKey, shared
from web.movement import moves, reading
from web.movement.moves import Span
from web.movement.page import page
from web.movement.run_page import SEES_CAUSES
from web.movement.run_page import page as run_page
from web.reader import Reading
from web.routing import pages

router = pages()


async def _shown(
    held: Gateway, code: str, who: Principal
) -> tuple[RoundFacts, Framework, Freshness]:
    """Return the round whose ranking *who* may see, and where it stood before that was asked.

    Raises: NotFound, MarksOutstanding.
    """
    stored = await round_of(held, code)
    framework = await framework_of(held, stored)
    newest = await held.watch.freshness(stored.id)
    await visible(held.database, framework, stored, who, None)
    return stored, framework, newest


@router.get("/board/rounds/{round}/movement")
@admits(*ANY)
async def movement(
    round: RoundCode, request: Request, reader: Reading, run: RunAsked, cohort: OfKind = None
) -> Response:
    """Show places over the last runs, or those up to *run*."""
    held = gateway_of(request)
    stored, _, newest = await _shown(held, round, caller_of(request))
    fresh = await earlier_of(held, stored, newest, run)
    pinned = run is not None
    key = PageKey("movement", (stored.id, fresh, cohort, pinned, reader.audience(), reader.chosen))

    async def render() -> str:
        kind = cohort or "county"
        found = await reading.read(held, stored, fresh, kind)
        return await asyncio.to_thread(page, reader, found, kind, cohort=cohort, pinned=pinned)

    return await shared(held, reader, key, render)


@router.get("/board/rounds/{round}/movement/{run}")
@admits(*ANY)
async def moved(
    round: RoundCode,
    run: RunNumber,
    request: Request,
    reader: Reading,
    cohort: OfKind = None,
    number: Annotated[int, Query(ge=1, le=1_000, alias="page")] = 1,
) -> Response:
    """Show who moved with *run*, and to administrators and auditors what moved them."""
    held, who = gateway_of(request), caller_of(request)
    stored, framework, newest = await _shown(held, round, who)
    fresh = await earlier_of(held, stored, newest, run)
    before = AsOf(0, None)
    if run > 1:
        before = (await earlier_of(held, stored, newest, run - 1)).as_of
    span = Span(before, fresh, newest.run)
    causes = who.role in SEES_CAUSES
    reach = reach_of(who) if causes else None
    depends = (stored.id, span, cohort, number, reach, reader.audience(), reader.chosen)

    async def render() -> str:
        kind = cohort or "county"
        if reach is None:
            found = await moves.plain(held, framework, stored, span, kind, number)
        else:
            found = await moves.attributed(held, framework, stored, span, reach, kind, number)
        return await asyncio.to_thread(
            run_page, reader, found, kind, number, cohort=cohort, causes=causes
        )

    return await shared(held, reader, PageKey("moved", depends), render)
