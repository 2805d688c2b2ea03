"""What an administrator decides: each form does what the interface's own operation does."""

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.access import actor, admits, caller_of, require_reach
from api.http.context import framework_of, gateway_of, round_of, transaction_of
from api.http.paths import GREATEST_ID, ApplicantCode, MeasureCode, RoundCode
from shared.adjudications import service as adjudications
from shared.core.principal import Role
from shared.database import Session
from shared.rounds import service as rounds
from shared.submissions import service as submissions
from shared.submissions.admission import refused
from shared.submissions.values import Refusal
from web.administration.forms import entries_form, held_form, panel_form, state_form
from web.administration.once import once
from web.administration.parts import to
from web.administration.said import adjudication_of, entry_of
from web.form_page import carried_out
from web.forms import fields
from web.parts.sought import SoughtFor
from web.reader import Reading
from web.routing import pages
from web.texts import reason, remark, sought

router = pages()

WORK = "/board/rounds/{round}/work"
SubmissionId = Annotated[int, Path(ge=1, le=GREATEST_ID)]
After = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@router.get(f"{WORK}/state")
@admits(Role.ADMIN)
async def state(round: RoundCode, request: Request, reader: Reading) -> Response:
    """Show the round's state and the form that changes it."""
    return await (await state_form(request, reader, round)).shown(reader)


@router.post(f"{WORK}/state")
@admits(Role.ADMIN)
async def transition(round: RoundCode, request: Request, reader: Reading) -> Response:
    """Open or close the round; the state that it is in already is no change."""
    sent = await fields(request)

    async def act() -> str:
        why, acting = remark(sent), await actor(request)
        async with transaction_of(request) as session:
            await rounds.transition(session, acting, round, sent.get("to", ""), why)
        return to(reader, round, done="state")

    return await carried_out(request, reader, sent, act, lambda: state_form(request, reader, round))


@router.get(f"{WORK}/entries")
@admits(Role.ADMIN)
async def entries(
    round: RoundCode, request: Request, reader: Reading, q: SoughtFor = None, after: After = None
) -> Response:
    """Show who takes part, or who is found."""
    return await (await entries_form(request, reader, round, q, after)).shown(reader)


@router.post(f"{WORK}/entries")
@admits(Role.ADMIN)
async def enter(round: RoundCode, request: Request, reader: Reading) -> Response:
    """Accept an applicant into the cohort, or withdraw it."""
    sent = await fields(request)
    q = sought(sent)

    async def act() -> str:
        code, wanted = entry_of(sent)
        require_reach(caller_of(request), code)
        acting = await actor(request)
        async with transaction_of(request) as session:
            await rounds.enter(session, acting, round, code, wanted)
        return to(reader, round, "entries", q=q)

    return await carried_out(
        request, reader, sent, act, lambda: entries_form(request, reader, round, q, None)
    )


@router.get(f"{WORK}/held/{{submission}}")
@admits(Role.ADMIN)
async def held(
    round: RoundCode, submission: SubmissionId, request: Request, reader: Reading
) -> Response:
    """Show a value that awaits confirmation, and the form that confirms it."""
    return await (await held_form(request, reader, round, submission)).shown(reader)


@router.post(f"{WORK}/held/{{submission}}")
@admits(Role.ADMIN)
async def confirm(
    round: RoundCode, submission: SubmissionId, request: Request, reader: Reading
) -> Response:
    """Let a held value count, in the name of its reporter."""
    sent = await fields(request)
    stored = await round_of(gateway_of(request), round)

    async def act() -> str:
        why, who, acting = reason(sent), caller_of(request), await actor(request)

        async def effect(session: Session) -> None:
            await submissions.confirm(session, stored, who, acting, submission, why)

        await once(request, sent, effect)
        return to(reader, round, done="held")

    return await carried_out(
        request, reader, sent, act, lambda: held_form(request, reader, round, submission)
    )


@router.get(f"{WORK}/panels/{{applicant}}/{{measure}}")
@admits(Role.ADMIN)
async def panel(
    round: RoundCode,
    applicant: ApplicantCode,
    measure: MeasureCode,
    request: Request,
    reader: Reading,
) -> Response:
    """Show a panel's marks of an applicant, and the form that settles them."""
    return await (await panel_form(request, reader, round, (applicant, measure))).shown(reader)


@router.post(f"{WORK}/panels/{{applicant}}/{{measure}}")
@admits(Role.ADMIN)
async def settle(
    round: RoundCode,
    applicant: ApplicantCode,
    measure: MeasureCode,
    request: Request,
    reader: Reading,
) -> Response:
    """Settle the line, or leave it to the panel again; the same once more changes nothing."""
    sent = await fields(request)
    stored = await round_of(gateway_of(request), round)
    framework = await framework_of(gateway_of(request), stored)

    async def act() -> str:
        said = adjudication_of(applicant, framework.measures.get(measure), sent)
        who, acting = caller_of(request), await actor(request)
        item = adjudications.admit(framework, stored, who, said, acting)
        if isinstance(item, Refusal):
            raise refused(item, f"/{item.field}")
        async with transaction_of(request) as session:
            await adjudications.settle(session, stored.id, item)
        return to(reader, round, done="panels")

    return await carried_out(
        request, reader, sent, act, lambda: panel_form(request, reader, round, (applicant, measure))
    )
