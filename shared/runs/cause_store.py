"""Why a run was made, beside submissions: the audit events of the requests that it names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from shared.database import Session

ACTIONS = (
    "entry.accepted",
    "entry.withdrawn",
    "conflict.declared",
    "conflict.lifted",
    "round.recompute",
)
"""What can cause a run: who takes part, experts' ties, and that somebody asked for it."""


@dataclass(frozen=True, slots=True)
class RunCause:
    """What somebody did that a run took in; *reason* is theirs, if they gave one."""

    action: str
    subject: str
    actor: str
    reason: str | None
    request_id: str
    recorded_at: datetime


# Clients choose request ids and may use one again: what is meant was done since the run before. The
# minute is for what was being written while that one ran.
CAUSES = text("""
    SELECT run.number, event.action, event.subject, event.actor, event.detail ->> 'reason',
        event.request_id, event.recorded_at
    FROM run
    LEFT JOIN run AS before ON before.round = :round AND before.number = run.number - 1
    JOIN audit_event AS event ON event.round = :round
        AND event.request_id = ANY (run.request_ids)
        AND event.recorded_at <= run.recorded_at
        AND event.recorded_at > coalesce(before.recorded_at - interval '1 minute', '-infinity')
    WHERE run.round = :round AND run.number = ANY (CAST(:numbers AS bigint[]))
        AND event.action = ANY (CAST(:actions AS text[]))
    ORDER BY event.id
""")


async def causes(
    session: Session, round_id: int, numbers: Sequence[int]
) -> dict[int, list[RunCause]]:
    """Return what caused each of these runs, beside submissions, in the order it was done.

    A run names a limited number of requests: what others did, it only counts.
    """
    found: dict[int, list[RunCause]] = {number: [] for number in numbers}
    parameters = {"round": round_id, "numbers": list(numbers), "actions": list(ACTIONS)}
    for number, *cause in await session.execute(CAUSES, parameters):
        found[number].append(RunCause(*cause))
    return found
