"""Events of a round, as they happen."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from starlette.responses import StreamingResponse

from api.events.stream import EventStream
from api.http.access import ANY, admits, authorise, caller_of
from api.http.context import gateway_of, round_of
from api.http.paths import RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.core.errors import NotFound
from shared.live.happenings import Audience
from shared.live.position import WRITTEN, Position, Told
from shared.visibility import streams_whole

router = APIRouter(prefix="/v1/rounds/{round}/events", tags=["runs"], route_class=GuardedRoute)

LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=f"^{WRITTEN.pattern}$",
        max_length=60,
        description="The last id that was received: what happened since comes first.",
    ),
]

EXAMPLE = """\
retry: 2000
id: 11-4-0

event: run
id: 12-4-0
data: {"round":"2026-1","run":12,"recorded_at":"2026-11-03T08:00:00.125Z","moved_count":1,\
"moved":[{"applicant":"210212","before":3,"after":2}]}

event: round
id: 12-5-0
data: {"round":"2026-1","state":"closed","recorded_at":"2026-11-03T08:00:02.5Z"}

"""
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Goes on until the reader, its key or the gateway ends.",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
    }
}


@router.get("", response_class=StreamingResponse, responses=STREAM | problems(NotFound))
@admits(*ANY)
async def events(
    round: RoundCode, request: Request, last_event_id: LastEventId = None
) -> EventStream:
    """Send what happens in the round as it happens.

    `run`: a run was made, and who moved with it, as ranks among all; `moved` names a hundred of
    them, those with the best ranks, and `moved_count` counts all. `round`: its `state` changed, or
    the `entry` of an `applicant`. `operation`: one ended, or its `progress`, which has no id.
    An id stands for all that was told before it: with `Last-Event-ID` nothing is skipped, at any
    gateway. Experts are told neither who moved nor of operations.
    """
    held = gateway_of(request)
    held.live.require_room()
    stored = await round_of(held, round)
    audience = Audience(stored.id, stored.code, streams_whole(caller_of(request)))
    news = (await held.live.look(stored.id)).to_tell(whole=audience.whole)
    since = news.position
    if last_event_id is not None and (given := Position.read(last_event_id)) is not None:
        since = given.within(news.position)
    key = request.headers["authorization"]
    ask = partial(authorise, request.scope, held, request.scope["route"].admission)
    return EventStream(held.live, audience, Told(since), partial(held.admissions.share, key, ask))
