"""The ranking of a round."""

import asyncio
from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.paths import Named, OfKind, RoundCode
from api.rankings.freshness import earlier_of
from api.rankings.instants import RunAsked
from shared.applicants.store import Sought
from shared.visibility import visible
from web.kept import PageKey, shared
from web.ranking.page import page
from web.ranking.reading import Asked, analysis_of, read
from web.reader import Reading
from web.routing import pages

router = pages()

View = Annotated[Literal["stacked", "aligned"], Query()]
PageNumber = Annotated[int, Query(ge=1, le=1_000)]


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
    page_: Annotated[int, Query(ge=1, le=1_000, alias="page")] = 1,
) -> Response:
    """Show the first hundred of a kind, or another hundred, or who is searched for."""
    held = gateway_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    newest = await held.watch.freshness(stored.id)
    await visible(held.database, framework, stored, caller_of(request), None)
    fresh = await earlier_of(held, stored, newest, run)
    analysis = await analysis_of(held, stored, fresh, caller_of(request))
    asked = Asked(Sought(cohort or "county", q or None), view, page_, pinned=run is not None)
    key = PageKey(
        "ranking",
        (stored.id, fresh, analysis and analysis.id, asked, reader.audience(), reader.chosen),
    )

    async def render() -> str:
        found = await read(held, framework, stored, fresh, analysis, asked)
        return await asyncio.to_thread(page, reader, asked, found)

    return await shared(held, reader, key, render)
