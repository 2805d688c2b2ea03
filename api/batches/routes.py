"""Batches: a file of submissions pushed, and its receipt read again."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.batches.answers import answered, covered
from api.batches.asked import DryRun, Encoding, Expected, Prefer
from api.batches.effects import shown as shown_effect
from api.batches.preferences import preferred
from api.batches.schemas import (
    BatchItemPage,
    BatchOut,
    BatchPage,
    BatchReceipt,
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
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.batches import service as services
from shared.batches import slice_store as slices
from shared.batches import store as batches
from shared.batches.limits import MOST_BYTES
from shared.batches.reading import Push
from shared.core.errors import (
    BatchRejected,
    FileUnreadable,
    NotFound,
    RoundNotOpen,
    TooManyRows,
)
from shared.core.principal import Role
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility import whose_receipts

router = APIRouter(prefix="/v1/rounds/{round}", tags=["batches"], route_class=GuardedRoute)

REPORTERS = (Role.SOURCE, Role.PORTAL, Role.EXPERT)
READERS = (*REPORTERS, Role.ADMIN, Role.AUDITOR)

SENT = ("Location", "Preference-Applied")

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
    held = gateway_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    preferences = preferred(request)
    lenient = preferences.get("handling") == "lenient"
    async with upload(request, held.bodies) as file:
        covers = said(slice_measure, slice_as_of, slice_applicants)
        named = request.state.request_id
        sent = Push(file.format, file.body, lenient, named, covers, expected_revision)
        # What was made of the file is gone when this returns, and the file after it.
        taken = _supposed if dry_run else _stored
        return await taken(request, stored, framework, sent, preferences)


async def _supposed(
    request: Request,
    round_: RoundFacts,
    framework: Framework,
    sent: Push,
    preferences: Mapping[str, str],
) -> Response:
    """Say what would become of what was *sent*, and what would move."""
    held, who = gateway_of(request), caller_of(request)
    found = await held.previews.preview(round_, framework, who, sent, held.bodies.reading)
    more = covered(found.coverage)
    more["effect"] = await shown_effect(held, framework, found.effect)
    return await answered(request, held, None, found.told, preferences, more)


async def _stored(
    request: Request,
    round_: RoundFacts,
    framework: Framework,
    sent: Push,
    preferences: Mapping[str, str],
) -> Response:
    """Store what was *sent*, and say what became of it."""
    held, who = gateway_of(request), caller_of(request)
    ways = services.Ways(
        held.bodies.reading,
        held.database.driver,
        partial(spend_rows, request),
        partial(transaction_of, request),
    )
    pushed = await services.push(ways, round_, framework, who, sent)
    metrics.observe_submissions(pushed.told.counts)
    more = covered(pushed.coverage)
    return await answered(request, held, pushed.batch, pushed.told, preferences, more)


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
    key = decode(request, cursor, int)
    found = await batches.page(
        tx, round.id, int(key[0]) if key else None, limit + 1, whose_receipts(who)
    )
    page = cut(request, response, found, limit, lambda each: (each.id,))
    told = await slices.of_batches(tx, round.id, [each.id for each in page.items])
    items = [BatchOut.of(each, told.get(each.id)) for each in page.items]
    return BatchPage(items=items, next=page.next)


@router.get("/batches/{batch}", response_model_exclude_unset=True, responses=problems(NotFound))
@admits(*READERS)
async def read(round: Round, batch: BatchId, who: Caller, tx: Tx) -> BatchOut:
    """Return a batch's receipt, as it was when it was pushed."""
    stored = await batches.get(tx, round.id, batch, whose_receipts(who))
    told = await slices.of_batches(tx, round.id, [batch])
    return BatchOut.of(stored, told.get(batch))


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
    key = decode(request, cursor, int)
    after = int(key[0]) + 1 if key else 0
    found = await batches.items(tx, round.id, batch, after, limit + 1, at_fault=at_fault)
    page = cut(request, response, found, limit, lambda each: (each["index"],))
    return BatchItemPage.model_validate({"items": page.items, "next": page.next})
