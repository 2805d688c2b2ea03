"""The stream that a page listens to, to be asked for anew when something happened."""

from functools import partial
from typing import Annotated

from fastapi import Header
from starlette.requests import Request

from api.events.stream import EventStream
from api.http.access import ANY, admits, caller_of
from api.http.context import gateway_of, round_of
from api.http.paths import RoundCode
from shared.live.happenings import Audience
from shared.live.position import Position, Told
from shared.visibility import streams_whole
from web.access import authorise
from web.cookies import cookie_of
from web.reader import Reading
from web.routing import pages

SIGN_OF_LIFE = b"event: alive\ndata: 1\n\n"
"""A comment, as the interface sends it, is not shown to scripts."""

router = pages()


@router.get("/board/rounds/{round}/events")
@admits(*ANY)
async def events(
    round: RoundCode,
    request: Request,
    reader: Reading,  # noqa: ARG001 -- its address may name a language
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=60)] = None,
) -> EventStream:
    """Send what happens, as the interface does, to whom the session still lets in."""
    held = gateway_of(request)
    held.live.require_room()
    stored = await round_of(held, round)
    audience = Audience(stored.id, stored.code, streams_whole(caller_of(request)))
    since = (await held.live.look(stored.id)).to_tell(whole=audience.whole).position
    if last_event_id is not None and (given := Position.read(last_event_id)) is not None:
        since = given.within(since)
    ask = partial(authorise, request.scope, held, request.scope["route"].admission)
    admitted = partial(held.admissions.share, cookie_of(request.scope) or "", ask)
    return EventStream(held.live, audience, Told(since), admitted, SIGN_OF_LIFE)
