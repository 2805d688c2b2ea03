"""The ranking of a round."""

from typing import Annotated, Literal

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.paths import Named, OfKind, RoundCode
from api.http.state import Gateway
from api.rankings.freshness import freshness_of
from api.rankings.instants import RunAsked
from shared.applicants.store import Sought
from shared.core.principal import Principal
from shared.operations.model import Operation
from shared.rankings.store import Freshness
from shared.rounds.store import RoundFacts
from shared.visibility import require_score, streams_whole
from web.kept import PageKey, shared
from web.ranking.page import page
from web.ranking.reading import Asked, read
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
    async with held.database.session() as session:
        await require_score(session, framework, stored, caller_of(request), None)
    fresh = await freshness_of(held, stored, run)
    analysis = await _analysis(held, stored, fresh, caller_of(request))
    asked = Asked(Sought(cohort or "county", q or None), view, page_, pinned=run is not None)
    key = PageKey(
        "ranking",
        (stored.id, fresh, analysis and analysis.id, asked, reader.audience(), reader.chosen),
    )

    async def render() -> str:
        return page(reader, asked, await read(held, framework, stored, fresh, analysis, asked))

    return await shared(held, reader, key, render)


async def _analysis(
    held: Gateway, round_: RoundFacts, fresh: Freshness, who: Principal
) -> Operation | None:
    """Return the newest analysis of how sure places are, unless it is of a later run.

    Who is not told of operations is shown none: it tells of marks how far apart two places are.
    """
    if not streams_whole(who):
        return None
    newest = await held.intervals.newest(round_.id)
    return newest if newest and newest.parameters["run"] <= fresh.run else None
