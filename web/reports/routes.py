"""One value of an applicant: marked by an expert, or reported by a portal."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from api.http import metrics
from api.http.access import admits, caller_of
from api.http.context import database_of, framework_of, gateway_of, round_of, spend_rows
from api.http.paths import ApplicantCode, MeasureCode, OfMeasure, RoundCode
from shared.core.errors import DomainError, StaleRevision
from shared.core.principal import Role
from shared.submissions import remarks
from shared.submissions import service as submissions
from web.form_page import FormPage, carried_out
from web.forms import fields
from web.reader import Reader, Reading
from web.reports.page import FIELDS, body, frame
from web.reports.reading import Report, next_to_mark, read
from web.reports.stated import stated
from web.routing import pages
from web.work.notice import Done, Noted

router = pages()

PATH = "/board/rounds/{round}/work/values/{applicant}/{measure}"


@router.get(PATH)
@admits(Role.PORTAL, Role.EXPERT)
async def form(
    round: RoundCode,
    applicant: ApplicantCode,
    measure: MeasureCode,
    request: Request,
    reader: Reading,
    said: OfMeasure = None,
    noted: Noted = None,
) -> Response:
    """Show the form, with what stands of who asks; above it what was *said* just before."""
    found = await _report(request, round, (applicant, measure))
    done = Done(found.framework.measures.get(said or ""), noted)
    return await _page(reader, found, done).shown(reader)


@router.post(PATH)
@admits(Role.PORTAL, Role.EXPERT)
async def report(
    round: RoundCode,
    applicant: ApplicantCode,
    measure: MeasureCode,
    request: Request,
    reader: Reading,
) -> Response:
    """Submit what the form says and lead on, or show the form and what is wrong with it.

    Sent twice, the second finds the same value there and changes nothing; sent over another than
    it was filled over, it is refused, and shown with what stands. An expert is led to what
    it has yet to mark of the applicant; others, and who corrects, to the list.
    """
    sent = await fields(request)
    found = await _report(request, round, (applicant, measure))

    async def act() -> str:
        noted = await _submit(request, found, sent)
        path: tuple[str, ...] = ("rounds", round, "work", "applicants", applicant)
        if found.marks and found.own is None:
            after = await next_to_mark(database_of(request), found, caller_of(request))
            path = path if after is None else ("rounds", round, "work", "values", applicant, after)
        return reader.link(*path, said=measure, noted=noted or None)

    async def page() -> FormPage:  # with what stands by now: it may be why the form is refused
        return _page(reader, await _report(request, round, (applicant, measure)), Done())

    return await carried_out(request, reader, sent, act, page)


def _page(reader: Reader, found: Report, done: Done) -> FormPage:
    return FormPage(frame(reader, found), FIELDS, lambda filled: body(reader, found, filled, done))


async def _report(request: Request, code: str, about: tuple[str, str]) -> Report:
    held = gateway_of(request)
    stored = await round_of(held, code)
    framework = await framework_of(held, stored)
    return await read(database_of(request), framework, stored, caller_of(request), about)


async def _submit(request: Request, found: Report, sent: Mapping[str, str]) -> str:
    """Submit as the interface does; return the codes of what is noticed about the value."""
    held, who = gateway_of(request), caller_of(request)
    about = (found.applicant.code, found.measure)
    try:
        item = stated(found.framework, who, request.state.request_id, about, sent)
    except DomainError:
        metrics.observe_submissions(["rejected"])
        raise
    await spend_rows(request, 1)
    try:
        receipt = await submissions.submit(held.database, held.intake, found.round, item)
    except StaleRevision as stale:
        beside = tuple(replace(each, pointer="/value") for each in stale.findings)
        raise StaleRevision(str(stale), beside) from None
    metrics.observe_submissions([receipt.result])
    noted = remarks.of_one(item, receipt, found.round.reference_date)
    return ".".join(each.code for each in noted)
