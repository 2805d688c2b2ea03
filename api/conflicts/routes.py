"""Conflicts of interest: declared by experts, lifted by administrators."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.conflicts.schemas import ConflictIn, ConflictOut, ConflictPage
from api.http.access import Acting, Caller, admits, require_reach
from api.http.context import Round, Tx, transaction_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import ApplicantCode, RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Line
from shared.conflicts import service as services
from shared.conflicts import store as conflicts
from shared.conflicts.service import Declaration
from shared.core.errors import NotFound, RoundNotOpen
from shared.core.principal import Role

router = APIRouter(prefix="/v1/rounds/{round}/conflicts", tags=["panels"], route_class=GuardedRoute)

Expert = Annotated[Line, Path(description="The expert's name.", examples=["expert"])]


@router.put("/{expert}/{applicant}", responses=problems(NotFound, RoundNotOpen))
@admits(Role.ADMIN, Role.EXPERT)
async def declare(
    round: RoundCode,
    expert: Expert,
    applicant: ApplicantCode,
    body: ConflictIn,
    caller: Caller,
    acting: Acting,
    request: Request,
) -> ConflictOut:
    """Declare an expert's tie to an applicant, or lift it; an expert declares its own alone.

    An expert that is tied cannot mark the applicant, and its marks are taken back. A tie that is
    lifted brings no mark back: the expert gives it again.
    """
    services.require_own_declaration(caller, expert, body.state)
    require_reach(caller, applicant)
    said = Declaration(expert, applicant, body.state, body.reason)
    may_correct = caller.role == Role.ADMIN
    async with transaction_of(request, every_measure=True) as tx:
        tie = await services.put(tx, acting, round, said, may_correct=may_correct)
    return ConflictOut.of(tie)


@router.get("", responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def list_declared(
    round: Round,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ConflictPage:
    """List ties, lifted ones too, by expert in order of registration, and applicant."""
    key = decode(request, cursor, int, str)
    after = None if key is None else (int(key[0]), str(key[1]))
    found = await conflicts.page(tx, round.id, after, limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.reporter, each.applicant))
    return ConflictPage(items=[ConflictOut.of(each) for each in page.items], next=page.next)
