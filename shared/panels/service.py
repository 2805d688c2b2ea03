"""Experts' panels: who may see which mark, and under which name."""

from collections.abc import Sequence

from shared.core.errors import MarksOutstanding
from shared.core.principal import Principal, Role
from shared.database import Session
from shared.panels import store as marks
from shared.panels.pseudonym import pseudonym
from shared.rounds.store import StoredRound
from shared.scoring.framework import ADJUDICATOR, Framework, Reporter

MOST_NAMED = 5
"""How many outstanding marks a refusal names."""

SEES_NAMES = frozenset({Role.ADMIN, Role.AUDITOR})


async def require_marks(
    session: Session,
    framework: Framework,
    round_: StoredRound,
    principal: Principal,
    applicants: Sequence[str],
) -> None:
    """Let an expert see scores of *applicants* once all of its own marks of them stand.

    Marks are given blind: while a round is open, who might give one must not know the others', and
    a total that moves with a run tells a mark. An expert whom a tie or its key's limits keep from
    marking might be let to it later, by a lifted tie or another key, and waits until the round is
    closed. Other roles always pass.

    Raises: MarksOutstanding.
    """
    if principal.role != Role.EXPERT:
        return
    judged = [
        each.code for each in framework.measures.values() if Reporter.EXPERT in each.reported_by
    ]
    missing = await marks.outstanding(
        session, round_.id, principal.reporter, applicants, judged, MOST_NAMED + 1
    )
    if missing:
        named = [f"{measure} of {applicant}" for applicant, measure in sorted(missing)]
        if len(named) > MOST_NAMED:
            named[MOST_NAMED:] = ["…"]
        raise MarksOutstanding(f"shown once your own marks stand: {', '.join(named)}")


def shown_name(
    round_: StoredRound, principal: Principal, reporter: int, name: str, kind: str
) -> str:
    """Return the name under which *principal* sees the reporter of a submission of this *kind*.

    Experts have a pseudonym and adjudicators none, but for administrators, auditors and themselves.
    """
    if principal.role in SEES_NAMES or principal.reporter == reporter:
        return name
    if kind == Reporter.EXPERT:
        return pseudonym(round_.salt, reporter)
    return ADJUDICATOR if kind == ADJUDICATOR else name
