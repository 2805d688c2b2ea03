"""Submissions: pushed one by one or in bulk, and read back."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.responses import JSONResponse

from api.http import metrics
from api.http.access import ANY, Caller, admits, caller_of
from api.http.bodies import takes
from api.http.context import Held, Round, Tx, framework_of, gateway_of, round_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import OfApplicant, OfMeasure, RoundCode
from api.http.problems import MOST_FINDINGS, MOST_POINTER, pointer, problems
from api.http.route import GuardedRoute
from api.submissions.schemas import (
    BatchIn,
    BatchReceipt,
    SubmissionIn,
    SubmissionOut,
    SubmissionPage,
    SubmissionReceipt,
)
from shared.core.errors import (
    ConflictOfInterest,
    Finding,
    NotFound,
    ReporterNotAdmitted,
    RevisedAfterSight,
    RoundNotOpen,
    SubmissionRefused,
)
from shared.core.principal import Principal, Role
from shared.scoring.framework import Framework
from shared.submissions import service as services
from shared.submissions import store as submissions
from shared.submissions.admission import admit, refused
from shared.submissions.service import Row, RowOutcome
from shared.submissions.values import Refusal
from shared.visibility import reach_of, shown_name

router = APIRouter(
    prefix="/v1/rounds/{round}/submissions", tags=["submissions"], route_class=GuardedRoute
)

MOST_MEMBERS = 20

MOST_BYTES = 8 * 1024 * 1024
"""Of a batch: 10 000 rows with 800 bytes each."""

AT_ONCE = 100
"""So many rows are checked before others have their turn."""


@router.post(
    "",
    status_code=201,
    response_model=SubmissionReceipt,
    responses=problems(
        ReporterNotAdmitted,
        NotFound,
        RoundNotOpen,
        ConflictOfInterest,
        RevisedAfterSight,
        SubmissionRefused,
    ),
)
@admits(Role.SOURCE, Role.PORTAL, Role.EXPERT)
async def submit(
    round: RoundCode,
    body: SubmissionIn,
    request: Request,
) -> Response:
    """Submit one value. A correction is another submission; nothing is overwritten.

    The same value again, of the same reporter and date, adds nothing and is answered `unchanged`,
    so that a request whose answer was lost can safely be sent again.
    """
    held, who = gateway_of(request), caller_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    item = admit(framework, who, body.to_domain(), request.state.request_id)
    if isinstance(item, Refusal):
        metrics.observe_submissions(["rejected"])
        raise refused(item, f"/{item.field}")
    receipt = await services.submit(held.intake, stored, item)
    metrics.observe_submissions([receipt.result])
    answer = {
        "id": receipt.id,
        "result": receipt.result,
        "round": round,
        "applicant": body.applicant,
        "measure": body.measure,
        "as_of": body.as_of.isoformat(),
    }
    return JSONResponse(answer, 201)


@router.post("/batch", response_model=BatchReceipt, responses=problems(NotFound, RoundNotOpen))
@admits(Role.SOURCE, Role.PORTAL, Role.EXPERT)
@takes(MOST_BYTES)
async def submit_batch(
    round: RoundCode,
    body: BatchIn,
    request: Request,
) -> Response:
    """Submit many values in one transaction. Each row is taken or refused for itself.

    Rows that are taken are committed together before the answer; a row that is refused changes
    nothing. Sending the same batch again is safe: rows that stand are answered `unchanged`.
    """
    held, who = gateway_of(request), caller_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    rows, told, left_out = list[Row](), 0, 0
    for at, each in enumerate(body.items, 1):
        row = _read(framework, who, each, request.state.request_id)
        if isinstance(row, tuple):
            found, row = len(row), row[: MOST_FINDINGS - told]
            told += len(row)
            left_out += found - len(row)
        rows.append(row)
        if at % AT_ONCE == 0:
            await asyncio.sleep(0)
    outcomes = await services.submit_batch(held.intake, stored, rows)
    results = [each.result for each in outcomes]
    metrics.observe_submissions(results)
    left_out += max(sum(len(each.findings) for each in outcomes) - MOST_FINDINGS, 0)
    head = {
        "outcome": services.summary(results),
        "counts": dict(Counter(results)),
        "errors_left_out": left_out,
    }
    shown = await held.rendering.page(head, _shown(outcomes), AT_ONCE)
    return Response(shown, media_type="application/json")


def _read(framework: Framework, who: Principal, row: Any, request_id: str) -> Row:
    """Check one row; return it, or what is wrong with it."""
    if isinstance(row, dict) and len(row) > MOST_MEMBERS:
        message = "The row has members that no submission has."
        return (Finding("", "too-many-members", message),)
    try:
        draft = SubmissionIn.model_validate(row).to_domain()
    except ValidationError as error:
        return tuple(
            Finding(pointer(each["loc"]), each["type"].replace("_", "-"), each["msg"])
            for each in error.errors(include_input=False, include_url=False)
        )
    item = admit(framework, who, draft, request_id)
    return (item.finding(),) if isinstance(item, Refusal) else item


def _shown(outcomes: Sequence[RowOutcome]) -> Iterator[dict[str, Any]]:
    """Give what is told of each row, with `MOST_FINDINGS` findings in all."""
    left = MOST_FINDINGS
    for index, outcome in enumerate(outcomes):
        shown: dict[str, Any] = {"index": index, "result": outcome.result, "id": outcome.id}
        if outcome.id is None:
            told = outcome.findings[:left]
            left -= len(told)
            shown["errors"] = [
                {
                    "pointer": f"/items/{index}{each.pointer}"[:MOST_POINTER],
                    "code": each.code,
                    "detail": each.message,
                }
                for each in told
            ]
        yield shown


@router.get("", responses=problems(NotFound))
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
    limit: Limit = 100,
    cursor: Cursor = None,
) -> SubmissionPage:
    """List every submission that the key reaches, oldest first.

    Administrators and auditors read all; an expert its own marks, and the others' of an applicant
    and measure once its own stands; others what lies within the applicants and measures of their
    key. Experts have pseudonyms but for administrators, auditors and themselves.
    """
    framework = await framework_of(held, round)
    after = decode(cursor, int)
    found = await submissions.page(
        tx,
        round.id,
        int(after[0]) if after else 0,
        limit + 1,
        reach_of(who),
        applicant,
        measure,
    )
    page = cut(request, response, found, limit, lambda each: (each.id,))
    items = [
        SubmissionOut.of(
            each,
            framework,
            shown_name(round, who, each.reporter, each.reporter_name, each.kind),
        )
        for each in page
    ]
    return SubmissionPage(items=items)
