"""Declaring and lifting experts' ties to applicants."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.domain.actor import Actor
from shared.domain.errors import Forbidden, RoundNotOpen
from shared.store import applicants, audit, conflicts, marks, rounds
from shared.store.conflicts import Tie
from shared.store.keys import Principal

TAKEN_BACK = "Taken back: the expert has declared a tie to the applicant."
"""What everybody may read beside a mark that is withdrawn; the tie's reason is for few."""


def require_own_declaration(principal: Principal, expert: str, state: str) -> None:
    """Let an expert declare ties of its own and no more. Raises: Forbidden."""
    if principal.role == "expert" and (principal.name, "declared") != (expert, state):
        raise Forbidden("an expert declares its own ties alone, and an administrator lifts them")


async def put(
    session: AsyncSession,
    actor: Actor,
    code: str,
    expert: str,
    applicant: str,
    state: str,
    reason: str,
) -> Tie:
    """Declare or lift the tie between *expert* and *applicant* in the round; the same again is not.

    A declaration takes back the marks that the expert gave. The round is held alone, so that none
    is written beside it. What is closed stays as it is. Raises: NotFound, RoundNotOpen.
    """
    round_ = await rounds.get(session, code)
    reporter = await conflicts.expert(session, expert)
    await applicants.get(session, applicant)
    await rounds.hold_alone(session, round_.id)
    stands = await conflicts.get(session, round_.id, reporter, applicant)
    if stands is not None and (stands.state, stands.reason) == (state, reason):
        return stands
    if (await rounds.get(session, code)).state == "closed":
        raise RoundNotOpen(f"round {code} is closed", state="closed")
    changed_at = await conflicts.put(session, round_.id, reporter, applicant, state, reason)
    detail: dict[str, object] = {"expert": expert, "reason": reason}
    if state == "declared":
        detail["marks_taken_back"] = await marks.take_back(
            session, round_.id, reporter, applicant, TAKEN_BACK, actor.request_id
        )
        await rounds.announce(session, round_.id)
    await audit.record(session, actor, f"conflict.{state}", applicant, detail, round_.id)
    return Tie(reporter, expert, applicant, state, reason, changed_at)
