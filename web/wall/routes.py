"""The wall of a round."""

from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import framework_of, gateway_of, round_of
from api.http.paths import OfKind, RoundCode
from api.rankings.freshness import earlier_of
from api.rankings.instants import RunAsked
from shared.visibility import visible
from web.kept import PageKey, shared
from web.reader import Reading
from web.routing import pages
from web.wall.page import page
from web.wall.reading import read

router = pages()


@router.get("/board/rounds/{round}/wall")
@admits(*ANY)
async def wall(
    round: RoundCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
    cohort: OfKind = None,
) -> Response:
    """Show the first places of a kind, key figures, and who moved, to whoever sees the ranking."""
    held = gateway_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    newest = await held.watch.freshness(stored.id)
    await visible(held.database, framework, stored, caller_of(request), None)
    fresh = await earlier_of(held, stored, newest, run)
    kind, pinned = cohort or "county", run is not None
    key = PageKey("wall", (stored.id, fresh, kind, pinned, reader.audience(), reader.chosen))

    async def render() -> str:
        return page(reader, await read(held, framework, stored, fresh, kind), kind, pinned=pinned)

    return await shared(held, reader, key, render)
