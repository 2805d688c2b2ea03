"""Applicants."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from api.answers.members import Fields, chosen, sparse
from api.answers.validators import require_current, validated
from api.applicants.schemas import ApplicantChange, ApplicantIn, ApplicantOut, ApplicantPage
from api.http.access import ANY, Acting, Caller, admits, require_reach
from api.http.context import Tx
from api.http.headers import sends
from api.http.kept import written
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import ApplicantCode, Named, OfDivision, OfKind
from api.http.problems import PreconditionFailed, PreconditionRequired, problems
from api.http.route import GuardedRoute
from shared.applicants import service as services
from shared.applicants import store as applicants
from shared.applicants.store import Sought, StoredApplicant
from shared.core.errors import ApplicantDiffers, NotFound
from shared.core.principal import Role

CHANGED = problems(NotFound, PreconditionRequired, PreconditionFailed)
CHANGED["200"] = sends("ETag", "Cache-Control", "Vary")

IfMatch = Annotated[
    str | None,
    Header(description="The `ETag` of what the change follows, or `*`. Required: else 428."),
]

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


@router.get("", response_model=ApplicantPage, responses=problems())
@admits(*ANY)
async def list_registered(
    tx: Tx,
    request: Request,
    response: Response,
    kind: OfKind = None,
    q: Named = None,
    division: OfDivision = None,
    fields: Fields = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List applicants in order of code."""
    members = chosen(fields, ApplicantOut)
    after = decode(request, cursor, str)
    behind = None if after is None else str(after[0])
    found = await applicants.page(tx, behind, limit + 1, Sought(kind, q, division))
    page = cut(request, response, found, limit, lambda each: (each.code,))
    items = [ApplicantOut.of(each) for each in page.items]
    return sparse(ApplicantPage(items=items, next=page.next), members, response)


@router.get("/{code}", response_model=ApplicantOut, responses=problems(NotFound))
@admits(*ANY)
async def read(code: ApplicantCode, tx: Tx) -> Response:
    """Return one applicant."""
    return _shown(await applicants.get(tx, code))


@router.patch("/{code}", response_model=ApplicantOut, responses=CHANGED)
@admits(Role.ADMIN, Role.PORTAL)
async def change(
    code: ApplicantCode,
    body: ApplicantChange,
    request: Request,
    caller: Caller,
    acting: Acting,
    tx: Tx,
    if_match: IfMatch = None,  # noqa: ARG001 -- there may be several
) -> Response:
    """Change an applicant's name or division; what is left out stays, a division of null goes.

    `If-Match` has the `ETag` of the applicant as it was read, so that nobody undoes unawares what
    somebody else changed meanwhile; `*` changes whatever stands.
    """
    require_reach(caller, code)

    def current(stands: StoredApplicant) -> None:
        require_current(request, bytes(_shown(stands).body))

    return _shown(await services.change(tx, acting, code, body.to_domain(), current))


def _shown(stored: StoredApplicant) -> Response:
    document = ApplicantOut.of(stored).model_dump(mode="json")
    return validated(Response(written(document), media_type="application/json"))
