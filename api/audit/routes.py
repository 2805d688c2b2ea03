"""The audit trail: read by administrators and auditors whose keys have no limits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import Response as Answer
from starlette.responses import StreamingResponse

from api.audit.schemas import MOST_ACTION, AuditEventOut, AuditEventPage
from api.exports import records
from api.exports.files import File, file
from api.exports.schemas import EVENTS, Format, answers
from api.http.access import Caller, admits
from api.http.context import Tx, database_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Code, Line, Moment
from shared.audit import list_store as listed
from shared.audit.list_store import Wanted
from shared.core.errors import Forbidden
from shared.core.principal import Role


async def unlimited(caller: Caller) -> None:
    """Refuse a key that does not reach all that events tell of. Raises: Forbidden."""
    if caller.limited:
        raise Forbidden("the audit trail is for keys without limits")


router = APIRouter(
    prefix="/v1/audit",
    tags=["audit"],
    route_class=GuardedRoute,
    dependencies=[Depends(unlimited)],
)

Action = Annotated[
    str | None,
    Query(
        max_length=MOST_ACTION,
        pattern=r"^[a-z]+\.[a-z]*$",
        description="Of this action alone, or of all that begin so if it ends in a dot: `round.`.",
    ),
]


async def wanted(
    round: Annotated[Code | None, Query(description="In the round of this code alone.")] = None,
    actor: Annotated[Line | None, Query(description="By the one of this name alone.")] = None,
    action: Action = None,
    since: Annotated[Moment | None, Query(description="Recorded then or later.")] = None,
    until: Annotated[Moment | None, Query(description="Recorded before then.")] = None,
) -> Wanted:
    """Return which events are asked for."""
    return Wanted(round, actor, action, since, until)


Asked = Annotated[Wanted, Depends(wanted)]


@router.get("/events", responses=problems())
@admits(Role.ADMIN, Role.AUDITOR)
async def list_events(
    tx: Tx,
    request: Request,
    response: Response,
    asked: Asked,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AuditEventPage:
    """List who changed what, who was refused and what auditors read, the newest first.

    Submissions are not among them, nor files of them: they are their own record. An event has its
    number before it is committed, so one that was under way while pages were read may be missing
    from them: who follows the trail begins at the first page again, some minutes back.
    """
    key = decode(request, cursor, int)
    found = await listed.page(tx, asked, int(key[0]) if key else None, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.number,))
    return AuditEventPage(items=[AuditEventOut.of(each) for each in page.items], next=page.next)


@router.get("/export/events", response_class=StreamingResponse, responses=answers(EVENTS))
@admits(Role.ADMIN, Role.AUDITOR)
async def export_events(request: Request, asked: Asked, format: Format = "csv") -> Answer:
    """Export what the list of events has, of a round or of all, oldest first.

    Those recorded when the export began; one that was under way then may be missing, as from the
    list. `detail`, whose members differ from action to action, is JSON in one column.
    """
    table = records.events(database_of(request), asked)
    name = [*([asked.round] if asked.round else []), "events"]
    return file(request, table, File("events", format, name))
