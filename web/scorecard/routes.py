"""The scorecard of one applicant."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from api.http.access import ANY, admits
from api.http.context import gateway_of
from api.http.paths import ApplicantCode, RoundCode
from api.rankings.instants import RunAsked
from shared.explanations.service import aside
from web.explained import score_of
from web.kept import PageKey, shared
from web.ranking.reading import analysis_of
from web.reader import Reading
from web.routing import pages
from web.scorecard.page import page
from web.scorecard.reading import read

router = pages()


@router.get("/board/rounds/{round}/applicants/{applicant}")
@admits(*ANY)
async def scorecard(
    round: RoundCode, applicant: ApplicantCode, request: Request, reader: Reading, run: RunAsked
) -> Response:
    """Show one applicant's score; to an expert once it marked the applicant.

    Who reads it is told no reporter, so that it is the same for all who may see as much.
    """
    held = gateway_of(request)
    score = await score_of(request, round, applicant, run)
    analysis = None
    if score.seen.places:
        analysis = await analysis_of(held, score.round, score.fresh, score.who)
    asked = (score.pinned, applicant, analysis and analysis.id, score.seen, score.reached)
    key = PageKey("scorecard", score.round.id, score.fresh, reader.audience(), asked)

    async def render() -> str:
        return await aside(partial(page, reader, await read(held, score, analysis)))

    return await shared(held, reader, key, render)
