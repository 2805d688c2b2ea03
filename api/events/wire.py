"""Events as they are sent (HTML Standard, "Server-sent events")."""

from fastapi.sse import format_sse_event

from api.http.kept import written as as_json
from shared.live.happenings import Audience, Happening
from shared.live.position import Position

RETRY_MILLISECONDS = 2_000
SIGN_OF_LIFE = b":\n\n"


def opening(position: Position) -> bytes:
    """Return what a stream begins with: where it begins, for who is told nothing before it ends."""
    return format_sse_event(id=str(position), retry=RETRY_MILLISECONDS)


def written(audience: Audience, told: list[Happening]) -> bytes:
    """Return *told* as events of the audience's round; what can be missed has no id."""
    return b"".join(
        format_sse_event(
            event=each.event,
            id=None if each.position is None else str(each.position),
            data_str=as_json({"round": audience.code} | each.members).decode(),
        )
        for each in told
    )
