"""Proofs: what was sealed, for who checks it without us."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.responses import Response as Answer

from api.exports.streams import Streamed, nothing
from api.http.access import ANY, Acting, Caller, admits, caller_of
from api.http.context import Held, Round, Tx, framework_of, gateway_of, round_of
from api.http.paging import Cursor, Limit, cut, decode
from api.http.paths import ApplicantCode, RoundCode
from api.http.problems import problems
from api.http.route import GuardedRoute
from api.http.state import Gateway
from api.proofs.schemas import (
    AS_ARCHIVE,
    AS_NOTE,
    CheckpointOut,
    CheckpointPage,
    CheckpointSize,
    ConsistencyOut,
    CosignatureIn,
    Epoch,
    ProofOut,
    ReceiptOut,
    Size,
    SubmissionNumber,
)
from api.rankings.instants import RunAsked
from shared.core.errors import Invalid, MarksOutstanding, NotFound
from shared.core.principal import Principal, Role
from shared.rounds.store import RoundFacts
from shared.runs import store as runs
from shared.seals import checkpoint_store as checkpoints
from shared.seals import proof_store, proofs, witnessing
from shared.seals import store as seals
from shared.visibility import visible
from shared.visibility.policy import is_told_all

router = APIRouter(prefix="/v1/rounds/{round}", tags=["proofs"], route_class=GuardedRoute)


@router.get("/checkpoints", responses=problems(NotFound))
@admits(*ANY)
async def list_signed(
    round: Round,
    tx: Tx,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> CheckpointPage:
    """List the round's checkpoints, newest first. Whoever keeps one can later show what it proves.

    They are signed at a fixed cadence and when the round's state changes, not at each run.
    """
    key = decode(request, cursor, int, int)
    before = (int(key[0]), int(key[1])) if key else checkpoints.NEWEST
    found = await checkpoints.page(tx, round.id, before, limit + 1)
    keys = await checkpoints.keys(tx)
    page = cut(request, response, found, limit, lambda each: (each.epoch, each.size))
    shown = list(map(CheckpointOut.of, page.items))
    return CheckpointPage(items=shown, next=page.next, keys=keys)


@router.get(
    "/checkpoints/latest", response_class=PlainTextResponse, responses=AS_NOTE | problems(NotFound)
)
@admits(*ANY)
async def latest(round: Round, tx: Tx, epoch: Epoch = None) -> PlainTextResponse:
    """Return the newest checkpoint, as the signed note that it is; or the last one of an epoch."""
    return PlainTextResponse((await checkpoints.latest(tx, round.id, epoch)).note)


@router.post("/checkpoints/{size}/cosignatures", responses=problems(NotFound, Invalid))
@admits(Role.AUDITOR)
async def add_witness(
    round: Round, size: CheckpointSize, body: CosignatureIn, acting: Acting, held: Held, tx: Tx
) -> CheckpointOut:
    """Keep a witness's signature below a checkpoint: that somebody else saw it, and when.

    Whose signatures are kept the operator says by `PILOTZONE_WITNESS_KEYS`. The same again changes
    nothing.
    """
    line = body.cosignature
    signed = await witnessing.witness(tx, acting, round, size, line, held.witnesses)
    return CheckpointOut.of(signed)


@router.get("/consistency", responses=problems(NotFound))
@admits(*ANY)
async def consistency(
    round: Round,
    tx: Tx,
    from_: Annotated[Size, Query(alias="from")],
    to: Size,
    epoch: Epoch = None,
) -> ConsistencyOut:
    """Prove that the log of the checkpoint of size `to` goes on from the one of size `from`.

    Both are of one epoch: `epoch`, or the newest with a checkpoint of size `to`. From which
    checkpoint an epoch goes on, its archive and its proofs say.
    """
    return ConsistencyOut.model_validate(await proofs.growth(tx, round.id, from_, to, epoch))


@router.get("/proofs/{applicant}", responses=problems(NotFound, MarksOutstanding))
@admits(*ANY)
async def proof(
    round: RoundCode, applicant: ApplicantCode, request: Request, run: RunAsked
) -> ProofOut:
    """Prove an applicant's score and rank in a run, or in the last one that is signed.

    The file is the applicant's to keep: it reveals nothing of others and needs nothing of us. Who
    may see the ranking may have it.
    """
    held = gateway_of(request)
    stored = await round_of(held, round)
    framework = await framework_of(held, stored)
    await visible(held.database, framework, stored, caller_of(request), None)
    return ProofOut.model_validate(await held.proofs.of(stored, applicant, run))


@router.get("/submissions/{submission}/receipt", responses=problems(NotFound))
@admits(*ANY)
async def receipt(
    round: Round, submission: SubmissionNumber, caller: Caller, held: Held, tx: Tx
) -> ReceiptOut:
    """Sign that a submission was accepted, for its reporter, administrators and auditors.

    It says by when the submission is sealed, be it set aside: an archive of later that lacks it is
    proved wrong.
    """
    if not held.signers:
        raise NotFound("this gateway signs no receipts: it has no PILOTZONE_SIGNING_KEYS")
    await seals.require_logs(tx)
    said = await proof_store.said(tx, round.id, submission, await seals.secret(tx))
    if not _is_told(caller, said.reporter):
        raise NotFound(f"the round has no submission {submission}")
    await checkpoints.note_keys(tx, [str(each.verifier) for each in held.signers])
    return ReceiptOut.model_validate(proofs.receipt(held.log_name, round, said, held.signers))


def _is_told(reader: Principal, reporter: int) -> bool:
    return reader.reporter == reporter or is_told_all(reader)


@router.get("/archive", response_class=StreamingResponse, responses=AS_ARCHIVE | problems(NotFound))
@admits(Role.ADMIN, Role.AUDITOR)
async def archive(round: RoundCode, request: Request, run: RunAsked, epoch: Epoch = None) -> Answer:
    """Export all that a run rests on, and all seals, for `pilotzone-verify` to check.

    With the framework, every submission that was taken in, and the ranking, it computes each score
    again. It is of the last run that is signed, so that somebody vouches for it; of the last that
    is sealed, where nothing is signed. Keys with limits have no archive. It has the log of the
    newest epoch, or of `epoch`: what an earlier log was, after the database was restored.
    """
    held, who = gateway_of(request), caller_of(request)
    stored = await round_of(held, round)
    if not is_told_all(who):
        raise NotFound("there is no archive for this key")
    run = await _archived(held, stored, run, epoch)
    name = f"{round}-run-{run}.jsonl"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "Vary": "Authorization",
    }
    if request.state.bodiless:
        return Streamed(nothing(), "application/jsonl", headers)
    request.state.deadline.stop()  # each page has the time that a statement has
    pieces = proofs.archive(held.database, held.library, stored, run, epoch)
    counted = held.exports.in_turn(who.reporter, pieces)
    return Streamed(counted, "application/jsonl", headers)


async def _archived(held: Gateway, round_: RoundFacts, run: int | None, epoch: int | None) -> int:
    """Return the run that an archive is of. Raises: NotFound, SchemaUnknown."""
    async with held.database.reading() as session:
        if run is not None:
            return (await runs.get(session, round_.id, run)).number
        last = await proof_store.last_run(session, round_.id, epoch)
    if not last:
        raise NotFound("no run was sealed yet")
    return last
