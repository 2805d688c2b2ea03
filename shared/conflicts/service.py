"""Declaring and lifting experts' ties to applicants."""

from dataclasses import dataclass, replace

from shared.applicants import store as applicants
from shared.audit import store as audit
from shared.conflicts import store as conflicts
from shared.conflicts.store import Tie
from shared.core.errors import Forbidden, NotFound
from shared.core.principal import Actor, Principal, Role
from shared.database import Session
from shared.panels import store as marks
from shared.rounds import store as rounds
from shared.rounds.model import not_open


def require_own_declaration(principal: Principal, expert: str, state: str) -> None:
    """Let an expert declare ties of its own and no more. Raises: Forbidden."""
    if principal.role == Role.EXPERT and (principal.name, "declared") != (expert, state):
        raise Forbidden("an expert declares its own ties alone, and an administrator lifts them")


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is said of an expert and an applicant: a tie is declared or lifted, and why."""

    expert: str
    applicant: str
    state: str
    reason: str


async def put(
    session: Session, actor: Actor, code: str, said: Declaration, *, may_correct: bool
) -> Tie:
    """Declare or lift a tie in the round *code*; the same again is not.

    Who *may_correct* gives a declared tie another reason; for others what stands is kept, and its
    reason not told. A declaration takes back the marks that the expert gave. The round is held
    alone, so that none is written beside it. What is closed stays as it is.

    Raises: NotFound, RoundNotOpen.
    """
    round_ = await rounds.get(session, code)
    reporter = await conflicts.expert(session, said.expert)
    await applicants.get(session, said.applicant)
    await rounds.hold_alone(session, round_.id)
    stands = await conflicts.get(session, round_.id, reporter, said.applicant)
    if stands is None and said.state == "lifted":
        raise NotFound(f"no tie to {said.applicant} is declared")
    if stands is not None and stands.state == said.state and not may_correct:
        return replace(stands, reason=said.reason)
    if stands is not None and (stands.state, stands.reason) == (said.state, said.reason):
        return stands
    if (await rounds.get(session, code)).state == "closed":
        raise not_open(code, "closed")
    changed_at = await conflicts.put(
        session, round_.id, reporter, said.applicant, said.state, said.reason
    )
    detail: dict[str, object] = {"expert": said.expert, "reason": said.reason}
    if said.state == "declared":
        detail["marks_taken_back"] = await marks.take_back(
            session, round_.id, reporter, said.applicant, actor.request_id
        )
        await rounds.announce(session, round_.id)
    await audit.record(session, actor, f"conflict.{said.state}", said.applicant, detail, round_.id)
    return Tie(reporter, said.expert, said.applicant, said.state, said.reason, changed_at)
