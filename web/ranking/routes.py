"""The ranking of a round."""

import asyncio
from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import gateway_of
from api.http.paths import OfKind, RoundCode
from api.rankings.instants import RunAsked
from shared.applicants.store import Sought
from shared.core.principal import Principal
from shared.operations.model import Operation
from web.kept import PageKey, repeat, shared
from web.parts.pager import PageNumber
from web.parts.seen import seen
from web.parts.sought import SoughtFor
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
    q: SoughtFor = None,
    view: View = "stacked",
    number: PageNumber = 1,
) -> Response:
    """Show the first hundred of a kind, or another hundred, or who is searched for."""
    held, shown = gateway_of(request), await seen(request, round, run)
    stored, fresh = shown.round, shown.fresh
    analysis = await analysis_of(held, stored, fresh, caller_of(request))
    asked = Asked(Sought(cohort or "county", q), view, number, pinned=run is not None)
    key = PageKey("ranking", stored.id, fresh, reader.audience(), _shown(asked, analysis))

    async def render() -> str:
        found = await read(held, shown.framework, stored, fresh, analysis, asked)
        return await asyncio.to_thread(page, reader, asked, found)

    async def renewed(now: PageKey, who: Principal) -> PageKey:
        return now._replace(asked=_shown(asked, await analysis_of(held, stored, now.fresh, who)))

    answer = await shared(held, reader, key, render)
    if run is None:
        repeat(request, key, renewed)
    return answer


def _shown(asked: Asked, analysis: Operation | None) -> tuple[Asked, int | None]:
    return asked, None if analysis is None else analysis.id
