"""The first page: the rounds that the reader's key reaches."""

from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of, public
from api.http.context import database_of
from shared.rounds import store as rounds
from web.layout import Frame, document
from web.reader import Reading
from web.rounds.page import TITLE, body
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
    async with database_of(request).reading() as session:
        found = await rounds.page(session, None, MOST, caller_of(request).rounds)
    newest = sorted(found, key=lambda each: each.created_at, reverse=True)
    return document(reader, Frame(reader.say(TITLE)), body(reader, newest))
