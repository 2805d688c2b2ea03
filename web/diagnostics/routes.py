"""Diagnostics: where reporters differ; for administrators and auditors how indicators behave."""

import asyncio
from dataclasses import replace
from typing import Annotated

import htpy as h
from fastapi import Query, Request
from starlette.responses import Response

from api.discrepancies.places import named, place
from api.http.access import admits, caller_of
from api.http.context import database_of, framework_of, gateway_of, round_of
from api.http.paging import Cursor, encode
from api.http.paths import OfKind, RoundCode
from api.http.state import Gateway
from api.rankings.freshness import freshness_of
from api.rankings.instants import RunAsked
from shared.applicants import store as applicants
from shared.core.principal import Role
from shared.diagnostics import service as diagnostics
from shared.discrepancies import store as discrepancies
from shared.discrepancies.service import scope
from shared.discrepancies.store import Scope
from shared.rankings.store import Freshness, Names
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework, Name
from web.diagnostics import behaviour
from web.diagnostics import discrepancies as differences
from web.layout import Frame, markup, personal
from web.reader import Reader, Reading
from web.routing import pages

TITLE = Name("差异与诊断", "Differences and diagnostics")
SEES_DIFFERENCES = (Role.ADMIN, Role.AUDITOR, Role.PORTAL, Role.SOURCE)
SEES_BEHAVIOUR = frozenset({Role.ADMIN, Role.AUDITOR})
ON_A_PAGE = 25

router = pages()


@router.get("/board/rounds/{round}/diagnostics")
@admits(*SEES_DIFFERENCES)
async def diagnosed(
    round: RoundCode,
    request: Request,
    reader: Reading,
    run: RunAsked,
    cohort: OfKind = None,
    beyond: Annotated[bool, Query()] = True,  # noqa: FBT002
    cursor: Cursor = None,
) -> Response:
    """Show what several kinds of reporters state differently, as far as the key reaches.

    Administrators and auditors are shown on the first page how the indicators behave as well. With
    `run` it is what the run took in and how they behaved in it, else what now is reported.
    """
    held = gateway_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    fresh = await freshness_of(held, stored, run)
    compared = scope(
        framework, caller_of(request), None, None, only_beyond=beyond, run=run, kind=cohort
    )
    found = await _differences(request, framework, stored, cursor, compared, fresh.names)
    behaved = None
    if caller_of(request).role in SEES_BEHAVIOUR and cursor is None:
        behaved = await _behaviour(held, framework, stored, fresh, cohort)
    frame = Frame(
        reader.say(TITLE),
        stored,
        fresh,
        section="diagnostics",
        query=found.asked,
        path=("rounds", round, "diagnostics"),
        body_class="wide",
        style="figures.css",
    )
    body = await asyncio.to_thread(_page, reader, frame, found, behaved)
    return personal(body, reader.language)


def _page(
    reader: Reader, frame: Frame, found: differences.Found, behaved: behaviour.Found | None
) -> str:
    body = h.fragment[
        h.h1[frame.title],
        None if behaved is None else behaviour.summary(reader, behaved),
        differences.section(reader, frame.path[1], found),
        None if behaved is None else behaviour.section(reader, behaved),
    ]
    return markup(reader, frame, body)


async def _differences(
    request: Request,
    framework: Framework,
    round_: RoundFacts,
    cursor: str | None,
    compared: Scope,
    names: Names,
) -> differences.Found:
    async with database_of(request).reading() as session:
        found = await discrepancies.page(
            session,
            round_.id,
            round_.reference_date,
            compared,
            place(request, cursor),
            ON_A_PAGE + 1,
        )
        shown = found[:ON_A_PAGE]
        known = await applicants.some(session, [each.applicant for each in shown], names.as_of)
    following = encode(request.url.path, *named(shown[-1])) if len(found) > ON_A_PAGE else None
    return differences.Found(
        framework,
        shown,
        {code: each.name for code, each in known.items()},
        following,
        compared.only_beyond,
        compared.run,
        compared.kind,
    )


async def _behaviour(
    held: Gateway,
    framework: Framework,
    round_: RoundFacts,
    fresh: Freshness,
    cohort: str | None,
) -> behaviour.Found:
    whole = await held.diagnoses.as_of(framework, round_.id, fresh.as_of)
    shown = {kind: each for kind, each in whole.cohorts.items() if cohort in {None, kind}}
    diagnosis = replace(whole, cohorts=shown)
    best = {
        diagnosis.applicants[each.best.applicant]
        for behaved in shown.values()
        for each in behaved.indicators
        if each.best is not None
    }
    async with held.database.reading() as session:
        warnings = await diagnostics.warnings(session, framework, round_.id, diagnosis)
        known = await applicants.some(session, sorted(best), fresh.names.as_of)
    names = {code: each.name for code, each in known.items()}
    return behaviour.Found(framework, diagnosis, warnings, names)
