"""Submissions: pushed one by one or in bulk, and read back."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import JSONResponse

from api.answers.members import Fields, chosen, sparse
from api.http import metrics
from api.http.access import ANY, Acting, Caller, admits, caller_of
from api.http.context import (
    Held,
    Round,
    Tx,
    framework_of,
    gateway_of,
    round_of,
    spend_rows,
    transaction_of,
)
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID, OfApplicant, OfMeasure, RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Date, Moment
from api.idempotency import carries_key
from api.submissions.body import REQUEST, stated
from api.submissions.schemas import (
    ConfirmationIn,
    OfReporter,
    SubmissionOut,
    SubmissionPage,
    SubmissionReceipt,
)
from shared.core.errors import (
    ConflictOfInterest,
    Finding,
    NotFound,
    NotHeld,
    ReporterNotAdmitted,
    RevisedAfterSight,
    RoundNotOpen,
    StaleRevision,
    SubmissionRefused,
)
from shared.core.principal import Role
from shared.submissions import known_store as stood
from shared.submissions import list_store as submissions
from shared.submissions import remarks
from shared.submissions import service as services
from shared.submissions.admission import Admission, refused
from shared.submissions.known_store import Known
from shared.submissions.list_store import Asked
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Refusal
from shared.visibility import reach_of, sees_names

router = APIRouter(
    prefix="/v1/rounds/{round}/submissions", tags=["submissions"], route_class=GuardedRoute
)

SubmissionId = Annotated[
    int, Path(ge=1, le=GREATEST_ID, description="The submission's id.", examples=[13])
]
OfSetAside = Annotated[
    Literal["held", "superseded"] | None,
    Query(
        description="`held`: only what awaits confirmation. `superseded`: only what came after"
        " something that its source said later."
    ),
]

From = Annotated[Moment | None, Query(description="Only what was recorded then or later.")]
UntilMoment = Annotated[Moment | None, Query(description="Only what was recorded before.")]
KnownAt = Annotated[
    Moment | None, Query(description="Only what was recorded by then; all if unsaid.")
]
ValidAt = Annotated[
    Date | None,
    Query(description="Only what describes this date or one before; the reference date if unsaid."),
]
OfRun = Annotated[
    int | None, Query(ge=1, le=GREATEST_ID, description="Only what this run took in.")
]


@router.post(
    "",
    status_code=201,
    response_model=SubmissionReceipt,
    openapi_extra=REQUEST,
    responses=problems(
        ReporterNotAdmitted,
        NotFound,
        RoundNotOpen,
        ConflictOfInterest,
        RevisedAfterSight,
        StaleRevision,
        SubmissionRefused,
    ),
)
@admits(Role.SOURCE, Role.PORTAL, Role.EXPERT)
async def submit(
    round: RoundCode,
    request: Request,
) -> Response:
    """Submit one value. A correction is another submission; nothing is overwritten.

    The same value again, of the same reporter and date, adds nothing and is answered `unchanged`,
    so that a request whose answer was lost can safely be sent again.
    """
    held, who = gateway_of(request), caller_of(request)
    said = await stated(request, held)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    item = Admission(framework, who, request.state.request_id).admit(said, said.value)
    if isinstance(item, Refusal):
        metrics.observe_submissions(["rejected"])
        raise refused(item, f"/{item.field}")
    await spend_rows(request, 1)
    if carries_key(request):
        async with transaction_of(request) as tx:
            receipt = await services.submit_alone(tx, stored, item)
    else:
        receipt = await services.submit(held.database, held.intake, stored, item)
    metrics.observe_submissions([receipt.result])
    found = remarks.of_one(item, receipt, stored.reference_date)
    return JSONResponse(_answer(round, item, receipt, found), 201)


@router.post(
    "/{submission}/confirmation",
    status_code=201,
    response_model=SubmissionReceipt,
    responses=problems(NotFound, NotHeld, RoundNotOpen, ReporterNotAdmitted),
)
@admits(Role.ADMIN)
async def confirm(
    round: Round,
    submission: SubmissionId,
    body: ConfirmationIn,
    who: Caller,
    acting: Acting,
    tx: Tx,
) -> Response:
    """Let a held number count, in the name of its reporter.

    A submission of the same value is added, and an audit event says who confirmed it and why.
    """
    item, receipt = await services.confirm(tx, round, who, acting, submission, body.reason)
    return JSONResponse(_answer(round.code, item, receipt, ()), 201)


def _answer(
    round_: str, item: NewSubmission, receipt: Receipt, found: Sequence[Finding]
) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "result": receipt.result,
        "round": round_,
        "applicant": item.applicant,
        "measure": item.measure,
        "as_of": item.as_of.isoformat(),
        "set_aside": receipt.set_aside,
        "warnings": [each.document() for each in found],
    }


@router.get("", response_model=SubmissionPage, responses=problems(NotFound))
@admits(*ANY)
async def list_recorded(
    round: Round,
    who: Caller,
    held: Held,
    tx: Tx,
    request: Request,
    response: Response,
    applicant: OfApplicant = None,
    measure: OfMeasure = None,
    set_aside: OfSetAside = None,
    recorded_from: From = None,
    recorded_until: UntilMoment = None,
    reporter: OfReporter = None,
    run: OfRun = None,
    fields: Fields = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List every submission that the key reaches, oldest first, those set aside among them.

    Administrators and auditors read all; an expert its own marks, and the others' of an applicant
    and measure once its own stands; others what lies within the applicants and measures of their
    key. Experts have pseudonyms but for administrators, auditors and themselves.
    """
    members = chosen(fields, SubmissionOut)
    framework = await framework_of(held, round)
    after = decode(request, cursor, int)
    found = await submissions.page(
        tx,
        round.id,
        int(after[0]) if after else 0,
        limit + 1,
        Asked(
            reach_of(who),
            applicant,
            measure,
            set_aside,
            recorded_from,
            recorded_until,
            reporter,
            run,
            None if sees_names(who) else who.reporter,
        ),
    )
    page = cut(request, response, found, limit, lambda each: (each.id,))
    items = [SubmissionOut.of(each, framework, round, who) for each in page.items]
    return sparse(SubmissionPage(items=items, next=page.next), members, response)


@router.get("/standing", responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def list_standing(
    round: Round,
    who: Caller,
    held: Held,
    tx: Tx,
    request: Request,
    response: Response,
    known_at: KnownAt = None,
    valid_at: ValidAt = None,
    applicant: OfApplicant = None,
    measure: OfMeasure = None,
    reporter: OfReporter = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SubmissionPage:
    """List what stood: of each applicant, measure and reporter the one value that counts.

    `known_at` is when it was recorded, `valid_at` the date that figures are of: what was known on
    1 March about 31 December is one request. With `known_at` the answer never changes.
    """
    key = decode(request, cursor, str, str, int)
    after = None if key is None else (str(key[0]), str(key[1]), int(key[2]))
    known = Known(valid_at or round.reference_date, known_at, applicant, measure, reporter)
    found = await stood.page(tx, round.id, after, limit + 1, known)
    page = cut(
        request, response, found, limit, lambda each: (each.applicant, each.measure, each.reporter)
    )
    framework = await framework_of(held, round)
    items = [SubmissionOut.of(each, framework, round, who) for each in page.items]
    return SubmissionPage(items=items, next=page.next)
