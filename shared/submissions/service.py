"""Submitting a value, and confirming one that is held."""

from msgspec.structs import replace

from shared.core.errors import (
    ConflictOfInterest,
    NotFound,
    NotHeld,
    RevisedAfterSight,
    StaleRevision,
)
from shared.core.principal import Actor, Principal
from shared.database import Database, Session
from shared.database.database import driver_of
from shared.rounds import store as rounds
from shared.rounds.model import not_open
from shared.rounds.store import RoundFacts
from shared.submissions import list_store, recording, store
from shared.submissions.admission import not_reached, refused
from shared.submissions.intake import Intake
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Refusal

NOT_TAKEN = {
    "unknown-applicant": Refusal(
        "applicant", "unknown-applicant", "No such applicant is registered."
    ),
    "conflict-of-interest": Refusal(
        "applicant", "conflict-of-interest", "A tie to this applicant is declared."
    ),
    "stale-revision": Refusal(
        "expected_revision", "stale-revision", "Another revision stands than the one expected."
    ),
    "revised-after-sight": Refusal(
        "value",
        "revised-after-sight",
        "Others' marks can be read; the mark stays as it was given before.",
    ),
}
"""What is found out only where a submission would be stored."""


async def submit(
    database: Database, intake: Intake, round_: RoundFacts, item: NewSubmission
) -> Receipt:
    """Append *item* and return its receipt once that is committed.

    Raises: NotFound (the applicant), RoundNotOpen, ConflictOfInterest, StaleRevision,
    RevisedAfterSight.
    """
    (receipt,) = await intake.record(round_.id, [item])
    if receipt.result == "not-open":
        async with database.reading() as session:
            raise not_open(round_.code, await rounds.state(session, round_.id))
    return _taken(receipt, item)


async def submit_alone(session: Session, round_: RoundFacts, item: NewSubmission) -> Receipt:
    """Append *item* in the caller's transaction, for what is to be committed with it.

    Raises: as `submit`.
    """
    (receipt,) = await recording.record(await driver_of(session), round_.id, [item])
    if receipt.result == "not-open":
        raise not_open(round_.code, await rounds.state(session, round_.id))
    return _taken(receipt, item)


async def confirm(
    session: Session, round_: RoundFacts, who: Principal, actor: Actor, submission: int, reason: str
) -> tuple[NewSubmission, Receipt]:
    """Let what is held under an id count, in its reporter's name, and witness it.

    The round is held alone, so that nothing else is said meanwhile. Returns what was said again,
    and its receipt. Raises: NotFound, NotHeld, RoundNotOpen, ReporterNotAdmitted.
    """
    await rounds.hold_alone(session, round_.id)
    held = await list_store.held(session, round_.id, submission)
    if held is None:
        if not await list_store.exists(session, round_.id, submission):
            raise NotFound(f"the round has no submission {submission}")
        raise NotHeld(f"submission {submission} counts, or something else was said since")
    if refusal := not_reached(who, held.applicant, held.measure):
        raise refused(refusal, "/path/submission")
    item = replace(held, confirmed_by=who.reporter, reason=reason, request_id=actor.request_id)
    (receipt,) = await store.record(await driver_of(session), round_.id, [item])
    if receipt.result == "not-open":
        raise not_open(round_.code, await rounds.state(session, round_.id))
    return item, _taken(receipt, item)


def _taken(receipt: Receipt, item: NewSubmission) -> Receipt:
    """Return the receipt of an *item* that was taken. Raises: as `submit`."""
    if receipt.result == "unknown-applicant":
        raise NotFound("no such applicant is registered", (NOT_TAKEN[receipt.result].finding(),))
    if receipt.result == "conflict-of-interest":
        raise ConflictOfInterest(f"a tie to applicant {item.applicant} is declared")
    if receipt.result == "stale-revision":
        finding = NOT_TAKEN[receipt.result].finding()
        raise StaleRevision(f"revision {item.expected_revision} does not stand", (finding,))
    if receipt.result == "revised-after-sight":
        raise RevisedAfterSight(
            f"others' marks of {item.measure} of {item.applicant} can be read;"
            " yours stays as you gave it before"
        )
    return receipt
