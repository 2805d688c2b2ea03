"""Batches: a file of submissions pushed, and its receipt read again."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from api.batches.asked import DryRun, Encoding, Expected, Prefer
from api.batches.effects import shown as shown_effect
from api.batches.preferences import preferred
from api.batches.schemas import (
    BatchItemPage,
    BatchOut,
    BatchPage,
    BatchReceipt,
    SliceOut,
)
from api.batches.slices import OfApplicants, OfDate, OfMeasure, said
from api.batches.upload import upload
from api.http import metrics
from api.http.access import Caller, admits, caller_of
from api.http.bodies import takes
from api.http.context import (
    Round,
    Tx,
    framework_of,
    gateway_of,
    round_of,
    spend_rows,
    transaction_of,
)
from api.http.headers import sends
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import GREATEST_ID, RoundCode
from api.http.problems import answer as problem_answer
from api.http.problems import describe, problems
from api.http.route import GuardedRoute
from api.http.schemas import MOST_FINDINGS
from api.http.state import Gateway
from shared.batches import service as services
from shared.batches import slice_store as slices
from shared.batches import store as batches
from shared.batches.limits import MOST_BYTES
from shared.batches.outcome import Told
from shared.batches.reading import Push
from shared.batches.slices import Coverage
from shared.core.errors import (
    BatchRejected,
    FileUnreadable,
    Finding,
    NotFound,
    RoundNotOpen,
    TooManyRows,
)
from shared.core.principal import Role
from shared.visibility import whose_receipts

router = APIRouter(prefix="/v1/rounds/{round}", tags=["batches"], route_class=GuardedRoute)

REPORTERS = (Role.SOURCE, Role.PORTAL, Role.EXPERT)
READERS = (*REPORTERS, Role.ADMIN, Role.AUDITOR)

AT_ONCE = 500
"""So many rows are written into an answer before others have their turn."""

SENT = ("Location", "Preference-Applied")
APPLIED = (("handling", "lenient"), ("return", "minimal"))
"""The preferences (RFC 7240) that change an answer."""

RESULTS = ("created", "revised", "unchanged", "rejected")
BatchId = Annotated[int, Path(ge=1, le=GREATEST_ID, description="The batch's id.", examples=[1])]
AtFault = Annotated[
    bool, Query(description="Only rows that something is wrong with, not those kept out by them.")
]

CSV_EXAMPLE = """applicant,measure,value,as_of
210212,base_stations_5g,1520,2026-06-30
"""
SDMX_EXAMPLE = """STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE
dataflow,PILOTZONE:COUNTS(1.0),M,210212,base_stations_5g,2026-06-30,1520
"""
JSONL_EXAMPLE = '{"applicant":"210212","measure":"residents","value":1,"as_of":"2026-06-30"}'
TEXT = {"type": "string", "minLength": 1, "maxLength": MOST_BYTES}
REQUEST: dict[str, Any] = {
    "x-most-bytes": MOST_BYTES,
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/BatchIn"}},
            "application/jsonl": {"schema": TEXT, "example": JSONL_EXAMPLE},
            "text/csv": {"schema": TEXT, "example": CSV_EXAMPLE},
            "application/vnd.sdmx.data+csv": {"schema": TEXT, "example": SDMX_EXAMPLE},
        },
    },
}
"""docs/push.md describes each format."""


RESPONSES: dict[int | str, dict[str, Any]] = problems(
    NotFound, RoundNotOpen, FileUnreadable, TooManyRows, BatchRejected
)
RESPONSES["422"] |= sends("Link", "Idempotency-Replayed")
RESPONSES["200"] = {"description": "Every row stands.", **sends(*SENT)}
RESPONSES["207"] = {
    "model": BatchReceipt,
    "description": "Some rows stand, others were refused.",
    **sends(*SENT),
}


@router.post(
    "/submissions/batch",
    response_model=BatchReceipt,
    openapi_extra=REQUEST,
    responses=RESPONSES,
)
@admits(*REPORTERS)
@takes(MOST_BYTES)
async def push(
    round: RoundCode,
    request: Request,
    dry_run: DryRun = False,  # noqa: FBT002 -- a query has no positions
    prefer: Prefer = None,  # noqa: ARG001 -- there may be several
    content_encoding: Encoding = None,  # noqa: ARG001 -- `upload` reads it
    expected_revision: Expected = None,
    slice_measure: OfMeasure = None,
    slice_as_of: OfDate = None,
    slice_applicants: OfApplicants = None,
) -> Response:
    """Push a file of submissions: JSON, JSON Lines, CSV or SDMX-CSV.

    It is taken as a whole: if any row is refused, nothing is stored and the answer is 422 with
    every row at fault. `Prefer: handling=lenient` stores the others and answers 207. Sending the
    same file again is safe: rows that stand are `unchanged`. The receipt is kept under the id.
    With `dry_run=true` the answer says the same, and what would move, and nothing is stored.

    A file may declare the slice that it covers, in JSON as its member `slice`, else by the three
    parameters: of whom it covers and leaves out, what was said as of earlier dates is taken back.
    """
    held, who = gateway_of(request), caller_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    preferences = preferred(request)
    lenient = preferences.get("handling") == "lenient"
    async with upload(request, held.bodies) as file:
        covers = said(slice_measure, slice_as_of, slice_applicants)
        named = request.state.request_id
        sent = Push(file.format, file.body, lenient, named, covers, expected_revision)
        if dry_run:
            found = await held.previews.preview(stored, framework, who, sent, held.bodies.reading)
            more = _covered(found.coverage)
            more["effect"] = await shown_effect(held, framework, found.effect)
            return await _answer(request, held, None, found.told, preferences, more)
        ways = services.Ways(
            held.bodies.reading,
            held.database.driver,
            partial(spend_rows, request),
            partial(transaction_of, request),
        )
        pushed = await services.push(ways, stored, framework, who, sent)
    metrics.observe_submissions(pushed.told.counts)
    covered = _covered(pushed.coverage)
    return await _answer(request, held, pushed.batch, pushed.told, preferences, covered)


def _covered(coverage: Coverage | None) -> dict[str, Any]:
    """Return what an answer says of the slice that a file declared, if it declared one."""
    return {} if coverage is None else {"slice": SliceOut.of(coverage).model_dump(mode="json")}


async def _answer(
    request: Request,
    held: Gateway,
    batch: int | None,
    told: Told,
    preferences: Mapping[str, str],
    more: Mapping[str, Any],
) -> Response:
    """Say what became of a file, and *more*; the status agrees with its outcome.

    Of a dry run there is no batch: nothing to read again, and nothing to wait for.
    """
    path = None
    if batch is not None:
        path = request.url.path.removesuffix("submissions/batch") + f"batches/{batch}"
    shown: dict[str, Any] = {
        "batch": batch,
        "outcome": told.outcome,
        "counts": {name: told.counts[name] for name in RESULTS},
        "greatest_submission": None if batch is None else told.greatest,
        **more,
    }
    if told.outcome == "none_committed":
        return _refused(request, told, shown, path)
    items: Iterable[Any] = told.items
    if preferences.get("return") == "minimal":
        items = (each for each in told.items if "errors" in each or "warnings" in each)
    body = await held.rendering.page(shown, written_items(items), 1)
    status = HTTPStatus.MULTI_STATUS if told.outcome == "partial" else HTTPStatus.OK
    applied = [f"{name}={value}" for name, value in APPLIED if preferences.get(name) == value]
    headers = {"Location": path} if path else {}
    headers |= {"Preference-Applied": ", ".join(applied)} if applied else {}
    return Response(body, status, headers, "application/json")


def written_items(items: Iterable[Any]) -> Iterator[bytes]:
    """Yield *items* as JSON, `AT_ONCE` in a piece, without the brackets around them all."""
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield msgspec.json.encode(some)[1:-1]


def _refused(request: Request, told: Told, shown: dict[str, Any], path: str | None) -> Response:
    """Answer with the rows at fault, as many as an answer may have, and where all of them are."""
    faulty = told.at_fault
    findings = tuple(islice(_errors(faulty), MOST_FINDINGS))
    detail = f"{len(faulty)} of {len(told.items)} rows were refused, and nothing was stored"
    problem = describe(BatchRejected) | shown | {"detail": detail}
    response = problem_answer(request, problem | {"items": faulty[:MOST_FINDINGS]}, findings)
    if path is not None:
        response.headers["Link"] = f'<{path}/items?at_fault=true>; rel="rest"'
    return response


def _errors(faulty: Iterable[Any]) -> Iterator[Finding]:
    for each in faulty:
        for error in each["errors"]:
            at = f"/items/{each['index']}{error['pointer']}"
            yield Finding(at, error["code"], error["detail"], error.get("params", {}))


@router.get("/batches", response_model_exclude_unset=True, responses=problems(NotFound))
@admits(*READERS)
async def list_recorded(
    round: Round,
    who: Caller,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> BatchPage:
    """List receipts, newest first: a reporter's own, all for administrators and auditors."""
    key = decode(cursor, int)
    found = await batches.page(
        tx, round.id, int(key[0]) if key else None, limit + 1, whose_receipts(who)
    )
    page = cut(request, response, found, limit, lambda each: (each.id,))
    covered = await slices.of_batches(tx, round.id, [each.id for each in page.items])
    items = [BatchOut.of(each, covered.get(each.id)) for each in page.items]
    return BatchPage(items=items, next=page.next)


@router.get("/batches/{batch}", response_model_exclude_unset=True, responses=problems(NotFound))
@admits(*READERS)
async def read(round: Round, batch: BatchId, who: Caller, tx: Tx) -> BatchOut:
    """Return a batch's receipt, as it was when it was pushed."""
    stored = await batches.get(tx, round.id, batch, whose_receipts(who))
    covered = await slices.of_batches(tx, round.id, [batch])
    return BatchOut.of(stored, covered.get(batch))


@router.get(
    "/batches/{batch}/items", response_model_exclude_unset=True, responses=problems(NotFound)
)
@admits(*READERS)
async def list_items(
    round: Round,
    batch: BatchId,
    who: Caller,
    tx: Tx,
    request: Request,
    response: Response,
    at_fault: AtFault = False,  # noqa: FBT002 -- a query has no positions
    limit: Limit = 100,
    cursor: Cursor = None,
) -> BatchItemPage:
    """List what became of each row, in the order of the file."""
    await batches.get(tx, round.id, batch, whose_receipts(who))
    key = decode(cursor, int)
    after = int(key[0]) + 1 if key else 0
    found = await batches.items(tx, round.id, batch, after, limit + 1, at_fault=at_fault)
    page = cut(request, response, found, limit, lambda each: (each["index"],))
    return BatchItemPage.model_validate({"items": page.items, "next": page.next})
