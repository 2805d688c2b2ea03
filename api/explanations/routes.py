"""Explanations: what a score rests on, for a script or for a person."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import PlainTextResponse
from starlette.responses import Response as Answer

from api.explanations.schemas import ExplanationOut
from api.http import negotiation
from api.http.access import ANY, Caller, admits, require_reach
from api.http.context import Held, Round, framework_of
from api.http.headers import sends
from api.http.kept import AT_ONCE
from api.http.paths import GREATEST_ID, ApplicantCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from shared.core.errors import MarksOutstanding, NotFound
from shared.explanations import text
from shared.explanations.cohorts import Scored
from shared.explanations.service import aside, prepared
from shared.rankings.store import AsOf
from shared.runs import store as runs

router = APIRouter(
    prefix="/v1/rounds/{round}/scores/{applicant}/explanation",
    tags=["scores"],
    route_class=GuardedRoute,
)

LINES_AT_ONCE = AT_ONCE // 5
"""A line says a good deal more in an explanation than in a score."""

JSON, PLAIN = "application/json", "text/plain"
EXAMPLE = "旅顺口区 (210212) · 县（市、区）\n批次 2026-1 · 第 2 次计算，2026-11-20 08:00:00 UTC\n…"
AS_TEXT = {PLAIN: {"schema": {"type": "string"}, "example": EXAMPLE}}

Run = Annotated[
    int | None, Query(ge=1, le=GREATEST_ID, description="As of this run, not the last.")
]


@router.get(
    "",
    response_model=ExplanationOut,
    responses=problems(NotFound, MarksOutstanding)
    | {200: {"content": AS_TEXT} | sends("Vary", "Content-Language")},
)
@admits(*ANY)
async def explanation(
    round: Round,
    applicant: ApplicantCode,
    caller: Caller,
    held: Held,
    request: Request,
    run: Run = None,
) -> Answer:
    """Explain a score: what it rests on, step by step, and what would change it.

    The JSON holds every number that the score was computed from; docs/explanation.md says how to
    compute it again. With `Accept: text/plain` the same comes in sentences, in Chinese or English
    by `Accept-Language`. A key that is limited to some applicants reads theirs alone, an expert
    those whom it marked in full, or all once the round is closed.
    """
    require_reach(caller, applicant)
    framework = await framework_of(held, round)
    if run is None:
        as_of = (await held.watch.freshness(round.id)).as_of
    else:
        async with held.database.reading() as session:
            as_of = AsOf(run, (await runs.get(session, round.id, run)).recorded_at)
    whole = await held.rankings.as_of(round.id, as_of)
    cohort = partial(held.cohorts.of, framework, round.id, as_of)
    scored = Scored(as_of.run, whole, cohort)
    async with held.database.session() as session:
        explain = await prepared(session, framework, round, scored, applicant, caller)
    document = await aside(explain)
    varied = {"Vary": "Accept, Accept-Language"}
    headers = request.headers
    if negotiation.media_type(headers.get("accept"), (JSON, PLAIN)) == JSON:
        body = await held.rendering.document(_with_generators(document), LINES_AT_ONCE)
        return Response(body, headers=varied, media_type=JSON)
    wanted = negotiation.language(headers.get("accept-language"), list(text.LANGUAGES), "en")
    language = text.LANGUAGES[wanted]
    varied["Content-Language"] = language
    said = await aside(partial(text.render, document, language))
    return PlainTextResponse(said, headers=varied)


def _with_generators(document: dict[str, Any]) -> dict[str, Any]:
    """Return *document* with what may be long as generators, to be written piece by piece."""

    def measures() -> Iterator[dict[str, Any]]:
        for each in document["measures"]:
            yield each | {"submissions": (said for said in each["submissions"])}

    return document | {"measures": measures(), "lines": (line for line in document["lines"])}
