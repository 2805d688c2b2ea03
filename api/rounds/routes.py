"""Rounds: created, opened and closed, and who takes part."""

from fastapi import APIRouter, Request, Response

from api.answers.members import Fields, chosen, sparse
from api.frameworks.schemas import WarningOut
from api.http.access import ANY, Acting, Caller, admits, require_reach, require_round
from api.http.context import Held, Tx, transaction_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import ApplicantCode, RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.rounds.schemas import (
    EntryIn,
    EntryOut,
    EntryPage,
    RoundIn,
    RoundItem,
    RoundOut,
    RoundPage,
    TransitionIn,
    TransitionOut,
    summary,
)
from shared.changes import store as changes
from shared.core.errors import Finding, NotFound, RoundDiffers, RoundNotOpen, TransitionNotAllowed
from shared.core.principal import Role
from shared.diagnostics import service as diagnostics
from shared.frameworks import store as frameworks
from shared.rankings import store as standings
from shared.rounds import entry_store as entries
from shared.rounds import service as services
from shared.rounds import store as rounds
from shared.rounds.store import NewRound, StoredRound

router = APIRouter(prefix="/v1/rounds", tags=["rounds"], route_class=GuardedRoute)


async def _shown(tx: Tx, stored: StoredRound) -> RoundOut:
    fresh = await standings.freshness(tx, stored.id)
    return RoundOut.of(stored, fresh, await changes.failure(tx, stored.id))


@router.post("", status_code=201, responses=problems(NotFound, RoundDiffers, also=RoundOut))
@admits(Role.ADMIN)
async def create(
    body: RoundIn, caller: Caller, acting: Acting, tx: Tx, response: Response
) -> RoundOut:
    """Register a round as a draft, under a registered framework."""
    require_round(caller, body.code)
    framework = await frameworks.get(tx, body.framework.code, body.framework.version)
    title = body.title if isinstance(body.title, str) else body.title.model_dump()
    new = NewRound(
        body.code, framework.id, title, body.reference_date, body.opens_at, body.closes_at
    )
    stored, created = await services.create(tx, acting, new)
    if not created:
        response.status_code = 200
    return await _shown(tx, stored)


@router.get("", responses=problems())
@admits(*ANY)
async def list_registered(
    caller: Caller,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RoundPage:
    """List rounds in order of code: those that the key reaches."""
    after = decode(request, cursor, str)
    behind = None if after is None else str(after[0])
    found = await rounds.page(tx, behind, limit + 1, caller.rounds)
    page = cut(request, response, found, limit, lambda each: (each.code,))
    items = [RoundItem.model_validate(summary(each)) for each in page.items]
    return RoundPage(items=items, next=page.next)


@router.get("/{round}", responses=problems(NotFound))
@admits(*ANY)
async def read(round: RoundCode, tx: Tx) -> RoundOut:
    """Return a round, its state, and whether its scores are up to date."""
    return await _shown(tx, await rounds.get(tx, round))


@router.post("/{round}/transitions", responses=problems(NotFound, TransitionNotAllowed))
@admits(Role.ADMIN)
async def transition(
    round: RoundCode,
    body: TransitionIn,
    acting: Acting,
    held: Held,
    request: Request,
) -> TransitionOut:
    """Open or close a round. What is being submitted is waited for, what comes later is refused.

    A round that opens answers with `warnings` where its ranking would mean less than it seems to;
    they keep nothing from happening, and `GET /v1/rounds/{round}/diagnostics` has them at any time.
    """
    found = list[Finding]()
    # Looked for before the transition has a connection and a turn, so that nobody waits meanwhile.
    if body.to == "open":
        found = await diagnostics.warnings_of(held.database, held.library, held.diagnoses, round)
    async with transaction_of(request) as tx:
        stored = await services.transition(tx, acting, round, body.to, body.reason)
        shown = dict(await _shown(tx, stored))
    return TransitionOut(**shown, warnings=[WarningOut.of(each) for each in found])


@router.put("/{round}/entries/{applicant}", responses=problems(NotFound, RoundNotOpen))
@admits(Role.ADMIN, Role.PORTAL)
async def enter(
    round: RoundCode,
    applicant: ApplicantCode,
    acting: Acting,
    tx: Tx,
    caller: Caller,
    body: EntryIn | None = None,
) -> EntryOut:
    """Accept an applicant into the round's cohort, or withdraw it; the next run follows.

    What was submitted for the applicant before counts from then on. A closed round keeps its
    cohort; to change it, open the round again.
    """
    require_reach(caller, applicant)
    state = (body or EntryIn()).state
    entry, _ = await services.enter(tx, acting, round, applicant, state)
    return EntryOut.of(entry)


@router.get("/{round}/entries", response_model=EntryPage, responses=problems(NotFound))
@admits(*ANY)
async def list_entries(
    round: RoundCode,
    tx: Tx,
    request: Request,
    response: Response,
    fields: Fields = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List who takes part, or did, in order of applicant."""
    members = chosen(fields, EntryOut)
    after = decode(request, cursor, str)
    stored = await rounds.get(tx, round)
    found = await entries.page(tx, stored.id, None if after is None else str(after[0]), limit + 1)
    page = cut(request, response, found, limit, lambda each: (each.applicant,))
    items = [EntryOut.of(each) for each in page.items]
    return sparse(EntryPage(items=items, next=page.next), members, response)
