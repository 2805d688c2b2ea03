"""Submissions: pushed one by one or in bulk, and read back."""

from collections import Counter
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.responses import JSONResponse

from api.http import metrics
from api.http.access import ANY, Caller, admits, caller_of
from api.http.context import Held, Round, Tx, framework_of, gateway_of, round_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import OfApplicant, OfMeasure, RoundCode
from api.http.problems import pointer, problems
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
    RoundNotOpen,
    SubmissionRefused,
)
from shared.core.principal import Principal, Role
from shared.panels.service import shown_name
from shared.scoring.framework import Framework
from shared.submissions import store as submissions
from shared.submissions.service import admit, refused
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Refusal

router = APIRouter(
    prefix="/rounds/{round}/submissions", tags=["submissions"], route_class=GuardedRoute
)

MOST_MEMBERS = 20
MOST_REPETITIONS = 10
REPEATED = Refusal(
    "as_of", "repeated-row", f"A batch states a value of one date at most {MOST_REPETITIONS} times."
)
NOT_TAKEN = {
    "unknown-applicant": Refusal(
        "applicant", "unknown-applicant", "No such applicant is registered."
    ),
    "conflict-of-interest": Refusal(
        "applicant", "conflict-of-interest", "A tie to this applicant is declared."
    ),
}
"""What is found out only where a row would be stored."""


@router.post(
    "",
    status_code=201,
    response_model=SubmissionReceipt,
    responses=problems(
        ReporterNotAdmitted, NotFound, RoundNotOpen, ConflictOfInterest, SubmissionRefused
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
    (receipt,) = await held.intake.record(stored.id, [item])
    metrics.observe_submissions([receipt.result])
    if receipt.result == "unknown-applicant":
        where = _finding(NOT_TAKEN[receipt.result], "")
        raise NotFound("no such applicant is registered", (where,))
    if receipt.result == "not-open":
        raise RoundNotOpen(f"round {round} does not accept submissions")
    if receipt.result == "conflict-of-interest":
        raise ConflictOfInterest(f"a tie to applicant {body.applicant} is declared")
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
    read = [
        _read(framework, who, row, f"/items/{index}", request.state.request_id)
        for index, row in enumerate(body.items)
    ]
    _refuse_repetitions(read)
    good = [index for index, item in enumerate(read) if isinstance(item, NewSubmission)]
    items = [item for item in read if isinstance(item, NewSubmission)]
    receipts = await held.intake.record(stored.id, items) if items else []
    if any(receipt.result == "not-open" for receipt in receipts):
        raise RoundNotOpen(f"round {round} does not accept submissions")
    by_index = dict(zip(good, receipts, strict=True))
    rows = [_row(index, by_index.get(index), item) for index, item in enumerate(read)]
    counts = Counter(row["result"] for row in rows)
    metrics.observe_submissions(row["result"] for row in rows)
    rejected = counts["rejected"]
    outcome = "accepted" if not rejected else "rejected" if rejected == len(rows) else "partial"
    return JSONResponse({"outcome": outcome, "counts": dict(counts), "items": rows})


def _read(
    framework: Framework, who: Principal, row: Any, place: str, request_id: str
) -> NewSubmission | list[Finding]:
    """Check one row; return it, or what is wrong with it."""
    if isinstance(row, dict) and len(row) > MOST_MEMBERS:
        return [Finding(place, "too-many-members", "The row has members that no submission has.")]
    try:
        draft = SubmissionIn.model_validate(row).to_domain()
    except ValidationError as error:
        return [
            Finding(place + pointer(each["loc"]), each["type"].replace("_", "-"), each["msg"])
            for each in error.errors(include_input=False, include_url=False)
        ]
    item = admit(framework, who, draft, request_id)
    return [_finding(item, place)] if isinstance(item, Refusal) else item


def _refuse_repetitions(read: list[NewSubmission | list[Finding]]) -> None:
    """Refuse the rows that say the same of the same again and again.

    Each repetition waits for the one before it, and all other submissions for the batch.
    """
    seen: Counter[tuple[Any, ...]] = Counter()
    for index, item in enumerate(read):
        if isinstance(item, NewSubmission):
            seen[item.natural_key] += 1
            if seen[item.natural_key] > MOST_REPETITIONS:
                read[index] = [_finding(REPEATED, f"/items/{index}")]


def _finding(refusal: Refusal, place: str) -> Finding:
    return Finding(f"{place}/{refusal.field}", refusal.code, refusal.message)


def _row(
    index: int, receipt: Receipt | None, item: NewSubmission | list[Finding]
) -> dict[str, Any]:
    if receipt is not None and receipt.id is not None:
        return {"index": index, "result": receipt.result, "id": receipt.id}
    findings = item if isinstance(item, list) else []
    if receipt is not None:
        findings = [_finding(NOT_TAKEN[receipt.result], f"/items/{index}")]
    errors = [
        {"pointer": each.pointer, "code": each.code, "detail": each.message} for each in findings
    ]
    return {"index": index, "result": "rejected", "id": None, "errors": errors}


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
        submissions.Reach(
            applicants=who.applicants,
            measures=who.measures,
            expert=who.reporter if who.role == Role.EXPERT else None,
        ),
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
