"""Coverage: by indicator as of a run, and by source as things stand."""

import asyncio

from fastapi import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of
from api.http.context import database_of, framework_of, gateway_of, round_of
from api.http.paging import Cursor, decode, encode
from api.http.paths import OfKind, RoundCode
from api.rankings.instants import RunAsked
from shared.applicants import store as applicants
from shared.completeness import store as completeness
from shared.completeness.service import scope
from shared.completeness.store import EVERYBODY, Line
from shared.core.principal import Principal
from shared.rounds.store import RoundFacts
from shared.visibility import shown_name
from web.coverage import sources
from web.coverage.page import page
from web.coverage.reading import read
from web.coverage.views import SEES_SOURCES
from web.kept import PageKey, repeat, shared
from web.layout import personal
from web.parts.pager import PageNumber
from web.parts.seen import seen
from web.reader import Reading
from web.routing import pages

LINES = 100

router = pages()


@router.get("/board/rounds/{round}/coverage")
@admits(*ANY)
async def coverage(
    round: RoundCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
    cohort: OfKind = None,
    number: PageNumber = 1,
) -> Response:
    """Show which indicators of whom have a value, and the share of their points it earns."""
    held, shown = gateway_of(request), await seen(request, round, run)
    stored, fresh = shown.round, shown.fresh
    pinned = run is not None
    key = PageKey("coverage", stored.id, fresh, reader.audience(), (cohort, number, pinned))

    async def render() -> str:
        kind = cohort or "county"
        found = await read(held, shown.framework, stored, fresh, kind, number)
        # Frameworks may have thousands of indicators: others have their turn meanwhile.
        return await asyncio.to_thread(
            page, reader, found, kind, number, cohort=cohort, pinned=pinned
        )

    answer = await shared(held, reader, key, render)
    if not pinned:
        repeat(request, key)
    return answer


@router.get("/board/rounds/{round}/coverage/sources")
@admits(*SEES_SOURCES)
async def by_source(
    round: RoundCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
    cohort: OfKind = None,
    cursor: Cursor = None,
) -> Response:
    """Show of whom each reporter's values count, as far as the reader's key reaches."""
    held, who = gateway_of(request), caller_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    key = decode(request, cursor, int, int)
    after = None if key is None else (int(key[0]), int(key[1]))
    fresh = await held.watch.freshness(stored.id)
    async with database_of(request).reading() as session:
        wanted = scope(framework, who, None)
        lines = await completeness.page(session, stored, wanted, after, LINES + 1)
        shown = lines[:LINES]
        named = sorted({code for each in shown for code in each.lacking[: sources.SHOWN]})
        known = await applicants.some(session, named)
    found = sources.Found(
        stored,
        framework,
        fresh,
        shown,
        [_name(stored, who, each) for each in shown],
        {code: each.name for code, each in known.items()},
        encode(request.url.path, *shown[-1].key) if len(lines) > LINES else None,
        {"run": run, "cohort": cohort},
    )
    body = await asyncio.to_thread(sources.page, reader, found)
    return personal(body, reader.language)


def _name(round_: RoundFacts, who: Principal, line: Line) -> str | None:
    if line.reporter == EVERYBODY or line.kind is None:
        return None
    return shown_name(round_, who, line.reporter, line.reporter_name, line.kind)
