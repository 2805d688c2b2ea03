"""The ranking of a round."""

import asyncio
from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import gateway_of
from api.http.paths import Named, OfKind, RoundCode
from api.rankings.instants import RunAsked
from shared.applicants.store import Sought
from web.kept import PageKey, shared
from web.parts.pager import PageNumber
from web.parts.seen import seen
from web.ranking.page import page
from web.ranking.reading import Asked, analysis_of, read
from web.reader import Reading
from web.routing import pages

router = pages()

View = Annotated[Literal["stacked", "aligned"], Query()]


@router.get("/board/rounds/{round}")
@admits(*ANY)
async def ranking(
    round: RoundCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
    cohort: OfKind = None,
    q: Named = None,
    view: View = "stacked",
    number: PageNumber = 1,
) -> Response:
    """Show the first hundred of a kind, or another hundred, or who is searched for."""
    held, shown = gateway_of(request), await seen(request, round, run)
    stored, fresh = shown.round, shown.fresh
    analysis = await analysis_of(held, stored, fresh, caller_of(request))
    asked = Asked(Sought(cohort or "county", q or None), view, number, pinned=run is not None)
    key = PageKey(
        "ranking",
        (stored.id, fresh, analysis and analysis.id, asked, reader.audience(), reader.chosen),
    )

    async def render() -> str:
        found = await read(held, shown.framework, stored, fresh, analysis, asked)
        return await asyncio.to_thread(page, reader, asked, found)

    return await shared(held, reader, key, render)
