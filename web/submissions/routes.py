"""The record of one applicant and measure: what was said, and what counted."""

from functools import partial
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of, require_reach
from api.http.paths import GREATEST_ID, ApplicantCode, MeasureCode, RoundCode
from api.rankings.instants import RunAsked
from shared.explanations.service import aside
from web.layout import personal
from web.reader import Reading
from web.routing import pages
from web.submissions.page import page
from web.submissions.reading import read

router = pages()


@router.get("/board/rounds/{round}/applicants/{applicant}/submissions/{measure}")
@admits(*ANY)
async def record(
    round: RoundCode,
    applicant: ApplicantCode,
    measure: MeasureCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
    after: Annotated[int, Query(ge=0, le=GREATEST_ID)] = 0,
) -> Response:
    """Show what the key reaches, oldest first; experts' names to who is told them.

    It is not kept: most readers see another part of it, or other names.
    """
    who = caller_of(request)
    require_reach(who, applicant)
    found = await read(request, round, applicant, measure, run, after)
    body = await aside(partial(page, reader, who, found, run, after))
    return personal(body, reader.language)
