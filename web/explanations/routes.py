"""Why one line of a score is what it is."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits, caller_of, require_reach
from api.http.context import database_of, gateway_of
from api.http.paths import ApplicantCode, IndicatorCode, RoundCode
from api.rankings.instants import RunAsked
from shared.core.errors import NotFound
from shared.explanations.service import aside
from web.explained import explained, score_of
from web.explanations.page import page
from web.layout import personal
from web.reader import Reading
from web.routing import pages

router = pages()


@router.get("/board/rounds/{round}/applicants/{applicant}/lines/{indicator}")
@admits(*ANY)
async def why(
    round: RoundCode,
    applicant: ApplicantCode,
    indicator: IndicatorCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
) -> Response:
    """Explain a line to whom the interface would explain the whole score.

    It is not kept: it says of each submission as much of its reporter as this reader may know.
    """
    require_reach(caller_of(request), applicant)
    score = await score_of(request, round, applicant, run)
    codes = [each.code for each in score.framework.indicators]
    if indicator not in codes:
        raise NotFound(f"the round's framework has no indicator {indicator}")
    database = database_of(request, every_measure=True)
    document = await explained(gateway_of(request), database, score)
    body = await aside(partial(page, reader, score, document, codes.index(indicator)))
    return personal(body, reader.language)
