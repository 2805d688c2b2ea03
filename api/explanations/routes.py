"""Explanations: what a score rests on, for a script or for a person."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import PlainTextResponse
from starlette.responses import Response as Answer

from api.answers.deprecation import Deprecation
from api.explanations.schemas import ExplanationOut
from api.http import negotiation
from api.http.access import ANY, admits, caller_of, require_reach
from api.http.context import Held, Round, database_of, framework_of, gateway_of
from api.http.headers import sends
from api.http.kept import AT_ONCE
from api.http.paths import ApplicantCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.rankings.freshness import freshness_of
from api.rankings.instants import RunAsked
from shared.core.errors import MarksOutstanding, NotFound
from shared.explanations import text
from shared.explanations.cohorts import Scored
from shared.explanations.service import aside, prepared, require_scored
from shared.rounds.store import RoundFacts
from shared.visibility import visible

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

TEXT_BY_ACCEPT = Deprecation(since=date(2026, 12, 1), sunset=date(2027, 12, 1))
"""The text under the path of the JSON: it works, and stands in no contract any more."""

Language = Annotated[
    Literal["zh", "en"] | None,
    Query(description="The language of the text; left out, `Accept-Language` says it."),
]


@router.get(
    "",
    response_model=ExplanationOut,
    responses=problems(NotFound, MarksOutstanding) | {200: sends("Deprecation", "Sunset", "Link")},
)
@admits(*ANY)
async def explanation(
    round: Round,
    applicant: ApplicantCode,
    held: Held,
    request: Request,
    run: RunAsked,
) -> Answer:
    """Explain a score: what it rests on, step by step, and what would change it.

    It holds every number that the score was computed from; docs/explanation.md says how to compute
    it again. A key that is limited to some applicants reads theirs alone, an expert those whom it
    marked in full, or all once the round is closed. In sentences it stands at
    `…/explanation/text`; `Accept: text/plain` brings those here, too, until the answer's `Sunset`.
    """
    document = await _explained(request, round, applicant, run)
    varied = {"Vary": "Accept, Accept-Language"}
    if negotiation.media_type(request.headers.get("accept"), (JSON, PLAIN)) == JSON:
        body = await held.rendering.document(_with_generators(document), LINES_AT_ONCE)
        return Response(body, headers=varied, media_type=JSON)
    varied |= TEXT_BY_ACCEPT.headers(f"{request.url.path}/text")
    return await _in_words(request, document, varied)


@router.get(
    "/text",
    response_class=PlainTextResponse,
    responses=problems(NotFound, MarksOutstanding)
    | {200: {"content": AS_TEXT} | sends("Content-Language")},
)
@admits(*ANY)
async def explanation_text(
    round: Round,
    applicant: ApplicantCode,
    request: Request,
    run: RunAsked,
    language: Language = None,
) -> Answer:
    """Explain a score to a person, in Chinese or English: what the explanation says, in sentences.

    Whoever may read the explanation may read this.
    """
    document = await _explained(request, round, applicant, run)
    return await _in_words(request, document, {"Vary": "Accept-Language"}, language)


async def _explained(
    request: Request, round_: RoundFacts, applicant: str, run: int | None
) -> dict[str, Any]:
    """Return what explains a score to the caller. Raises: Forbidden, NotFound, MarksOutstanding."""
    held, who = gateway_of(request), caller_of(request)
    require_reach(who, applicant)
    framework = await framework_of(held, round_)
    fresh = await freshness_of(held, round_, run)
    as_of = fresh.as_of
    whole = await held.rankings.as_of(round_.id, as_of)
    require_scored(whole, round_, applicant)
    seen = await visible(held.database, framework, round_, who, applicant)
    cohort = partial(held.cohorts.of, framework, round_.id, as_of)
    scored = Scored(as_of.run, whole, cohort, fresh.names.as_of)
    async with database_of(request, every_measure=True).session() as session:
        explain = await prepared(session, framework, round_, scored, applicant, who, seen)
    return await aside(explain)


async def _in_words(
    request: Request,
    document: dict[str, Any],
    headers: dict[str, str],
    language: str | None = None,
) -> Answer:
    """Return *document* in sentences, in *language* or the one that the request asks for."""
    asked = request.headers.get("accept-language")
    wanted = language or negotiation.language(asked, list(text.LANGUAGES), "en")
    language = text.LANGUAGES[wanted]
    said = await aside(partial(text.render, document, language))
    return PlainTextResponse(said, headers=headers | {"Content-Language": language})


def _with_generators(document: dict[str, Any]) -> dict[str, Any]:
    """Return *document* with what may be long as generators, to be written piece by piece."""

    def measures() -> Iterator[dict[str, Any]]:
        for each in document["measures"]:
            yield each | {"submissions": (said for said in each["submissions"])}

    return document | {"measures": measures(), "lines": (line for line in document["lines"])}
