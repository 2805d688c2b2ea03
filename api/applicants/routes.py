"""Applicants."""

from fastapi import APIRouter, Request, Response

from api.applicants.schemas import ApplicantChange, ApplicantIn, ApplicantOut, ApplicantPage
from api.http.access import ANY, Acting, Caller, admits, require_reach
from api.http.context import Tx
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import ApplicantCode, OfKind
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.applicants import service as services
from shared.applicants import store as applicants
from shared.core.errors import ApplicantDiffers, NotFound
from shared.core.principal import Role

router = APIRouter(prefix="/v1/applicants", tags=["applicants"], route_class=GuardedRoute)


@router.post("", status_code=201, responses=problems(ApplicantDiffers, also=ApplicantOut))
@admits(Role.ADMIN, Role.PORTAL)
async def register(
    body: ApplicantIn, caller: Caller, acting: Acting, tx: Tx, response: Response
) -> ApplicantOut:
    """Register a county-level division or an industrial park."""
    require_reach(caller, body.code)
    imported = await services.register(tx, acting, [body.to_domain()])
    if imported.unchanged:
        response.status_code = 200
    return ApplicantOut.of(await applicants.get(tx, body.code))


@router.get("", responses=problems())
@admits(*ANY)
async def list_registered(
    tx: Tx,
    request: Request,
    response: Response,
    kind: OfKind = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ApplicantPage:
    """List applicants in order of code."""
    after = decode(cursor, str)
    found = await applicants.page(tx, None if after is None else str(after[0]), limit + 1, kind)
    page = cut(request, response, found, limit, lambda each: (each.code,))
    return ApplicantPage(items=[ApplicantOut.of(each) for each in page])


@router.get("/{code}", responses=problems(NotFound))
@admits(*ANY)
async def read(code: ApplicantCode, tx: Tx) -> ApplicantOut:
    """Return one applicant."""
    return ApplicantOut.of(await applicants.get(tx, code))


@router.patch("/{code}", responses=problems(NotFound))
@admits(Role.ADMIN, Role.PORTAL)
async def change(
    code: ApplicantCode, body: ApplicantChange, caller: Caller, acting: Acting, tx: Tx
) -> ApplicantOut:
    """Change an applicant's name or division; what is left out stays, a division of null goes."""
    require_reach(caller, code)
    return ApplicantOut.of(await services.change(tx, acting, code, body.to_domain()))
