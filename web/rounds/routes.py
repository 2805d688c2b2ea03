"""The first page: the rounds that the reader's key reaches."""

from datetime import UTC, datetime

from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of, public
from api.http.context import gateway_of
from shared.applicants import store as applicants
from shared.core.principal import Principal
from shared.database import Session
from shared.rankings import overview_store as standings
from shared.rounds import store as rounds
from shared.rounds.store import StoredRound
from shared.visibility.policy import marks_blindly
from web.layout import Frame, document
from web.reader import Reading
from web.rounds.page import TITLE, Seen, body
from web.routing import pages

MOST = 200

router = pages()


@router.get("/")
@public()
async def front_door() -> RedirectResponse:
    """Lead whoever comes without a path to the board."""
    return RedirectResponse("/board", 303)


@router.get("/board")
@admits(*ANY)
async def all_rounds(request: Request, reader: Reading) -> Response:
    """Show what goes on: the newest round first."""
    who = caller_of(request)
    async with gateway_of(request).database.reading() as session:
        found = await rounds.page(session, None, MOST, who.rounds)
        newest = sorted(found, key=lambda each: each.created_at, reverse=True)
        seen = await _seen(session, newest, who)
    frame = Frame(reader.say(TITLE), style="figures.css")
    return document(reader, frame, body(reader, seen, datetime.now(UTC)))


async def _seen(session: Session, found: list[StoredRound], who: Principal) -> list[Seen]:
    """Return how rounds stand; of one that *who* yet marks blindly, not what moves with marks."""
    stand = await standings.overviews(session, [each.id for each in found], "county")
    whole = {each.id: not marks_blindly(who, each.state) for each in found}
    ahead = {
        id_: each.leaders[0] for id_, each in stand.items() if whole[id_] and len(each.leaders) == 1
    }
    known = await applicants.some(session, sorted({*ahead.values()}))
    names = {id_: known[code].name for id_, code in ahead.items()}
    return [Seen(each, stand[each.id], names.get(each.id), whole[each.id]) for each in found]
