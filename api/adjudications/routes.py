"""Adjudications: what panels leave open, and how it is settled."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api.adjudications.schemas import (
    AdjudicationIn,
    AdjudicationOut,
    AdjudicationPage,
    AdjudicationReceipt,
)
from api.http.access import Acting, Caller, admits
from api.http.context import Held, Round, Tx, framework_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import ApplicantCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.schemas import Code
from shared.adjudications import service as services
from shared.core.errors import NotFound, ReporterNotAdmitted, RoundNotOpen, SubmissionRefused
from shared.core.principal import Role
from shared.submissions.admission import refused
from shared.submissions.values import Refusal

router = APIRouter(
    prefix="/v1/rounds/{round}/adjudications", tags=["panels"], route_class=GuardedRoute
)

MeasureCode = Annotated[
    Code, Path(description="A measure with a panel.", examples=["dedicated_policy"])
]
OfState = Annotated[
    Literal["open", "settled"] | None,
    Query(
        description="`open`: the marks lie too far apart, or one was changed after its expert could"
        " read others'. `settled`: adjudicated."
    ),
]


@router.put(
    "/{applicant}/{measure}",
    responses=problems(NotFound, ReporterNotAdmitted, RoundNotOpen, SubmissionRefused),
)
@admits(Role.ADMIN)
async def adjudicate(
    round: Round,
    applicant: ApplicantCode,
    measure: MeasureCode,
    body: AdjudicationIn,
    caller: Caller,
    acting: Acting,
    held: Held,
    tx: Tx,
) -> AdjudicationReceipt:
    """Settle an applicant's panel measure by a mark with a reason, or leave it to the panel again.

    Recorded as a submission as of the round's reference date. The last word counts, whichever
    administrator says it; the panel's marks stay as they are.
    """
    framework = await framework_of(held, round)
    said = body.to_domain(applicant, measure)
    item = services.admit(framework, round, caller, said, acting)
    if isinstance(item, Refusal):
        raise refused(item, "/value" if item.field == "value" else f"/path/{item.field}")
    receipt = await services.settle(tx, round.id, item)
    return AdjudicationReceipt.model_validate(
        {
            "id": receipt.id,
            "result": receipt.result,
            "round": round.code,
            "applicant": applicant,
            "measure": measure,
            "as_of": item.as_of,
            "value": item.reported.number,
            "reason": body.reason,
        }
    )


@router.get("", responses=problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def list_cases(
    round: Round,
    held: Held,
    tx: Tx,
    request: Request,
    response: Response,
    state: OfState = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> AdjudicationPage:
    """List the lines whose panel awaits adjudication or has it, by applicant and measure.

    As of what is submitted now, which the next run takes in.
    """
    framework = await framework_of(held, round)
    key = decode(request, cursor, str, str)
    after = ("", "") if key is None else (str(key[0]), str(key[1]))
    found = await services.page(tx, framework, round, state, after, limit + 1)
    page = cut(
        request, response, found, limit, lambda each: (each.said.applicant, each.said.measure)
    )
    return AdjudicationPage(
        items=[AdjudicationOut.of(each, round) for each in page.items], next=page.next
    )
