"""What is left to do: a page of its own for experts, portals and administrators."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi.responses import RedirectResponse
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import admits, caller_of, require_reach
from api.http.context import database_of, framework_of, gateway_of, round_of
from api.http.paths import ApplicantCode, OfMeasure, RoundCode
from shared.applicants import store as applicants
from shared.checklists import service as checklists
from shared.core.principal import Role
from shared.rounds.store import RoundFacts
from web.layout import Frame, document
from web.parts.pager import PageNumber
from web.parts.sought import SoughtFor
from web.reader import Reader, Reading
from web.routing import pages
from web.work import (
    administering,
    administering_page,
    checklist_page,
    cohort,
    marking,
    marking_page,
    reporting_page,
)
from web.work.notice import Done, Noted
from web.work.words import TITLE

router = pages()


@router.get("/board/rounds/{round}/work")
@admits(Role.ADMIN, Role.PORTAL, Role.EXPERT)
async def work(
    round: RoundCode,
    request: Request,
    reader: Reading,
    q: SoughtFor = None,
    number: PageNumber = 1,
    done: Noted = None,
) -> Response:
    """Show what is left to do for the role of who asks."""
    stored = await round_of(gateway_of(request), round)
    asked = cohort.Asked(q, number, done)
    return await OF_ROLE[caller_of(request).role](request, reader, stored, asked)


async def _marking(
    request: Request, reader: Reader, round_: RoundFacts, asked: cohort.Asked
) -> Response:
    framework = await framework_of(gateway_of(request), round_)
    who = caller_of(request)
    found = await marking.read(database_of(request), framework, round_, who, asked.number)
    body = marking_page.overview(reader, round_, found, asked.number)
    return await asyncio.to_thread(document, reader, frame(reader, round_), body)


async def _reporting(
    request: Request, reader: Reader, round_: RoundFacts, asked: cohort.Asked
) -> Response:
    who = caller_of(request)
    if who.applicants is not None and len(who.applicants) == 1:
        (only,) = who.applicants
        there = reader.link("rounds", round_.code, "work", "applicants", only)
        return RedirectResponse(there, 303)
    held = gateway_of(request)
    found = await cohort.read(held, database_of(request), round_, who, asked)
    body = reporting_page.overview(reader, round_, found, asked)
    return await asyncio.to_thread(document, reader, frame(reader, round_), body)


async def _administering(
    request: Request, reader: Reader, round_: RoundFacts, asked: cohort.Asked
) -> Response:
    framework = await framework_of(gateway_of(request), round_)
    found = await administering.read(database_of(request), framework, round_, caller_of(request))
    body = administering_page.overview(reader, found, asked)
    return await asyncio.to_thread(document, reader, frame(reader, round_), body)


Shows = Callable[[Request, Reader, RoundFacts, cohort.Asked], Awaitable[Response]]
OF_ROLE: dict[Role, Shows] = {
    Role.EXPERT: _marking,
    Role.PORTAL: _reporting,
    Role.ADMIN: _administering,
}


@router.get("/board/rounds/{round}/work/applicants/{applicant}")
@admits(Role.ADMIN, Role.PORTAL, Role.EXPERT)
async def of_applicant(
    round: RoundCode,
    applicant: ApplicantCode,
    request: Request,
    reader: Reading,
    said: OfMeasure = None,
    noted: Noted = None,
) -> Response:
    """Show what of one applicant is there and lacks: the checklist, or an expert's own marks."""
    held, who = gateway_of(request), caller_of(request)
    require_reach(who, applicant)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    done = Done(framework.measures.get(said or ""), noted)
    async with database_of(request).reading() as session:
        known = await applicants.get(session, applicant)
    if who.role == Role.EXPERT:
        marks = await marking.marks_of(database_of(request), stored, who, applicant)
        measures = marking.own_measures(framework, who)
        body = marking_page.one(reader, stored, known, measures, marks, done)
    else:
        database = database_of(request, every_measure=True)
        found = await checklists.read(database, framework, stored, who, applicant)
        body = checklist_page.body(reader, stored, framework, known, found, done)
    path = ("rounds", round, "work", "applicants", applicant)
    title = f"{reader.say(known.name)} · {reader.say(TITLE)}"
    around = Frame(title, stored, section="work", path=path, style="work.css")
    return await asyncio.to_thread(document, reader, around, body)


def frame(reader: Reader, round_: RoundFacts) -> Frame:
    """Return what stands around the first page of the work."""
    path = ("rounds", round_.code, "work")
    return Frame(reader.say(TITLE), round_, section="work", path=path, style="work.css")
