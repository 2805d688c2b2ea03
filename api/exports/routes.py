"""Exports: all of a list in one answer, in the format that is asked for."""

from fastapi import APIRouter, Request
from starlette.responses import Response as Answer
from starlette.responses import StreamingResponse

from api.discrepancies.routes import Beyond
from api.exports import records, scores
from api.exports.files import File, file
from api.exports.pinned import by_names, by_reach, by_reader, unchanged
from api.exports.schemas import (
    DISCREPANCIES,
    OF_A_RUN,
    RANKING,
    SCORES,
    SUBMISSIONS,
    Format,
    answers,
)
from api.http.access import ANY, admits, caller_of
from api.http.context import database_of, framework_of, gateway_of, round_of
from api.http.paths import RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.rankings.freshness import freshness_of
from api.rankings.instants import RunAsked
from shared.core.errors import MarksOutstanding, NotFound
from shared.core.principal import Role
from shared.visibility import reach_of, visible

router = APIRouter(prefix="/v1/rounds/{round}/export", tags=["exports"], route_class=GuardedRoute)


@router.get(
    "/ranking",
    response_class=StreamingResponse,
    responses=answers(RANKING, OF_A_RUN) | problems(NotFound, MarksOutstanding),
)
@admits(*ANY)
async def ranking(
    round: RoundCode, request: Request, run: RunAsked, format: Format = "csv"
) -> Answer:
    """Export the ranking of a run, first place first, without the lines of its scores.

    Which run it is was settled when the export began; `Pilotzone-Run` and the file's name say it.
    Whoever may see the ranking may have this, an expert once all of its own marks stand.
    """
    return await _scores(round, request, format, run, with_lines=False)


@router.get(
    "/scores",
    response_class=StreamingResponse,
    responses=answers(SCORES, OF_A_RUN) | problems(NotFound, MarksOutstanding),
)
@admits(*ANY)
async def with_lines(
    round: RoundCode, request: Request, run: RunAsked, format: Format = "csv"
) -> Answer:
    """Export the scores of a run with every line: a row for each applicant, first place first.

    Each indicator has columns of its own, named by its code. Otherwise as the ranking's export.
    """
    return await _scores(round, request, format, run, with_lines=True)


async def _scores(
    code: str, request: Request, form: Format, run: int | None, *, with_lines: bool
) -> Answer:
    held, who = gateway_of(request), caller_of(request)
    round_ = await round_of(held, code)
    framework = await framework_of(held, round_)
    fresh = await freshness_of(held, round_, run)
    await visible(held.database, framework, round_, who, None)
    decides = None if run is None else by_names(fresh)
    wanted = File.of(round_, fresh, form, "scores" if with_lines else "ranking", decides)
    if (known := unchanged(request, wanted.tag)) is not None:
        return known
    whole = await held.rankings.as_of(round_.id, fresh.as_of)
    table = scores.table(held, framework, round_, whole, fresh, with_lines=with_lines)
    return file(request, table, wanted)


@router.get(
    "/submissions",
    response_class=StreamingResponse,
    responses=answers(SUBMISSIONS, OF_A_RUN) | problems(NotFound),
)
@admits(*ANY)
async def submissions(
    round: RoundCode, request: Request, run: RunAsked, format: Format = "csv"
) -> Answer:
    """Export every submission that the key reaches, oldest first, under the names that it may see.

    As the list of submissions; what is recorded after the export began is not in it. Of a run: what
    was recorded up to the last that it took in.
    """
    held, who = gateway_of(request), caller_of(request)
    round_ = await round_of(held, round)
    framework = await framework_of(held, round_)
    fresh = None if run is None else await freshness_of(held, round_, run)
    wanted = File.of(round_, fresh, format, "submissions", by_reader(who))
    if (known := unchanged(request, wanted.tag)) is not None:
        return known
    table = records.submissions(database_of(request), framework, round_, who, run)
    return file(request, table, wanted)


@router.get(
    "/discrepancies",
    response_class=StreamingResponse,
    responses=answers(DISCREPANCIES, OF_A_RUN) | problems(NotFound),
)
@admits(Role.ADMIN, Role.AUDITOR, Role.PORTAL, Role.SOURCE)
async def discrepancies(
    round: RoundCode,
    request: Request,
    run: RunAsked,
    format: Format = "csv",
    beyond: Beyond = True,  # noqa: FBT002
) -> Answer:
    """Export where kinds of reporters state different values, in order of applicant and measure.

    As the list of discrepancies, but for the order.
    """
    held, who = gateway_of(request), caller_of(request)
    round_ = await round_of(held, round)
    framework = await framework_of(held, round_)
    fresh = None if run is None else await freshness_of(held, round_, run)
    decides = [beyond, *by_reach(reach_of(who))]
    wanted = File.of(round_, fresh, format, "discrepancies", decides)
    if (known := unchanged(request, wanted.tag)) is not None:
        return known
    table = records.discrepancies(
        database_of(request), framework, round_, who, run=run, only_beyond=beyond
    )
    return file(request, table, wanted)
