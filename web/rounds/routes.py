"""The first page: the rounds that the reader's key reaches."""

import asyncio
from datetime import UTC, datetime

from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of, public
from api.http.context import gateway_of
from api.http.state import Gateway
from shared.applicants import store as applicants
from shared.core.principal import Principal
from shared.rounds import store as rounds
from shared.rounds.store import StoredRound
from shared.visibility.policy import marks_blindly
from web.layout import Frame, document
from web.parts.pager import PageNumber
from web.reader import Reading
from web.rounds.page import ON_A_PAGE, TITLE, Seen, body
from web.routing import pages

router = pages()


@router.get("/")
@public()
async def front_door() -> RedirectResponse:
    """Lead whoever comes without a path to the board."""
    return RedirectResponse("/board", 303)


@router.get("/board")
@admits(*ANY)
async def all_rounds(request: Request, reader: Reading, number: PageNumber = 1) -> Response:
    """Show what goes on: the newest round first, those that are closed behind the others."""
    held, who = gateway_of(request), caller_of(request)
    async with held.database.reading() as session:
        begin = (number - 1) * ON_A_PAGE
        found, among = await rounds.newest(session, begin, ON_A_PAGE, who.rounds)
    seen = await _seen(held, found, who)
    query = {"page": number if number > 1 else None}
    frame = Frame(reader.say(TITLE), query=query, style="figures.css")
    shown = body(reader, seen, number, among, datetime.now(UTC))
    return await asyncio.to_thread(document, reader, frame, shown)


async def _seen(held: Gateway, found: list[StoredRound], who: Principal) -> list[Seen]:
    """Return how rounds stand; of one that *who* yet marks blindly, not what moves with marks."""
    stand = await held.overviews.of([each.id for each in found])
    whole = {each.id: not marks_blindly(who, each.state) for each in found}
    ahead = {
        id_: each.outcome.leaders[0]
        for id_, each in stand.items()
        if whole[id_] and len(each.outcome.leaders) == 1
    }
    async with held.database.reading() as session:
        known = await applicants.some(session, sorted({*ahead.values()}))
    names = {id_: known[code].name for id_, code in ahead.items()}
    return [Seen(each, stand[each.id], names.get(each.id), whole[each.id]) for each in found]
