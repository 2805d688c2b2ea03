"""Opening and closing rounds, and who takes part."""

from shared.applicants import store as applicants
from shared.audit import store as audit
from shared.changes import store as changes
from shared.core.errors import Finding, Invalid, RoundDiffers
from shared.core.principal import Actor
from shared.database import Session
from shared.events import store as events
from shared.rounds import entry_store as entries
from shared.rounds import store as rounds
from shared.rounds.entry_store import Entry
from shared.rounds.model import not_open, require_transition
from shared.rounds.store import NewRound, StoredRound


async def create(session: Session, actor: Actor, new: NewRound) -> tuple[StoredRound, bool]:
    """Register a round as a draft; return it, and whether it is new.

    Raises: Invalid if it were to close before it opens, RoundDiffers if another round has its code.
    """
    if new.opens_at is not None and new.closes_at is not None and new.closes_at <= new.opens_at:
        message = "A round closes after it opens."
        raise Invalid(message, (Finding("/closes_at", "closes-before-opening", message),))
    created = await rounds.add(session, new)
    stored = await rounds.get(session, new.code)
    if any(getattr(stored, name) != getattr(new, name) for name in NewRound.__dataclass_fields__):
        raise RoundDiffers(f"another round is registered as {new.code}")
    if created:
        await audit.record(session, actor, "round.created", new.code, round_id=stored.id)
    return stored, created


async def transition(
    session: Session, actor: Actor, code: str, to: str, reason: str | None
) -> StoredRound:
    """Bring the round into state *to*; what was being written to it is waited for.

    Opening a closed round again takes a reason: experts could then read what others marked.

    Raises: NotFound, TransitionNotAllowed, Invalid.
    """
    round_ = await rounds.get(session, code)
    await rounds.hold_alone(session, round_.id)
    round_ = await rounds.get(session, code)
    require_transition(round_.state, to)
    if (round_.state, to) == ("closed", "open") and not (reason or "").strip():
        message = "A closed round is opened again for a reason, which is kept."
        raise Invalid(message, (Finding("/reason", "missing", message),))
    if round_.state != to:
        await rounds.set_state(session, round_.id, to)
        detail = {"from": round_.state, "to": to, "reason": reason}
        await audit.record(session, actor, "round.transition", code, detail, round_.id)
        await events.append(session, round_.id, "round", {"state": to})
    return await rounds.get(session, code)


async def enter(
    session: Session, actor: Actor, code: str, applicant: str, state: str
) -> tuple[Entry, bool]:
    """Accept the applicant into the round's cohort, or withdraw it; the next run follows.

    Returns the entry, and whether that changed anything. A closed round stays as it is: what would
    change it goes with the caller's transaction. Raises: NotFound, RoundNotOpen.
    """
    round_ = await rounds.get(session, code)
    stored = await applicants.get(session, applicant)
    await rounds.hold_state(session, round_.id)
    entry, changed = await entries.put(session, round_.id, applicant, stored.kind, state)
    if changed:
        if (await rounds.get(session, code)).state == "closed":
            raise not_open(code, "closed")
        await changes.add(session, round_.id, [applicant], actor.request_id)
        await audit.record(session, actor, f"entry.{state}", applicant, round_id=round_.id)
        said = {"applicant": applicant, "entry": state}
        await events.append(session, round_.id, "round", said)
    return entry, changed


async def recompute(
    session: Session, actor: Actor, code: str, reason: str | None = None, *, at_once: bool = True
) -> int:
    """Ask for a run that scores the whole cohort anew; return how many applicants that are.

    The *reason* is kept in the audit event, and the run's causes name it. A round that is set aside
    is tried *at_once*, for which the gateway lacks the right, or when its turn comes.

    Raises: NotFound.
    """
    round_ = await rounds.get(session, code)
    await rounds.hold_state(session, round_.id)
    if at_once:
        await changes.readmit(session, round_.id)
    count = await changes.add_cohort(session, round_.id, actor.request_id)
    await audit.record(session, actor, "round.recompute", code, {"reason": reason}, round_.id)
    return count
