"""The wall of a round."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits
from api.http.context import gateway_of
from api.http.paths import OfKind, RoundCode
from api.rankings.instants import RunAsked
from web.kept import PageKey, repeat, shared
from web.parts.seen import seen
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
    held, shown = gateway_of(request), await seen(request, round, run)
    stored, fresh = shown.round, shown.fresh
    kind, pinned = cohort or "county", run is not None
    key = PageKey("wall", stored.id, fresh, reader.audience(), (kind, pinned))

    async def render() -> str:
        found = await read(held, shown.framework, stored, fresh, kind)
        return await asyncio.to_thread(page, reader, found, kind, pinned=pinned)

    answer = await shared(held, reader, key, render)
    if not pinned:
        repeat(request, key)
    return answer
