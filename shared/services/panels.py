"""Experts' panels: who may see which mark, and under which name."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared.domain.errors import MarksOutstanding
from shared.domain.framework import ADJUDICATOR, Framework, Reporter
from shared.domain.pseudonym import pseudonym
from shared.store import marks
from shared.store.keys import Principal
from shared.store.rounds import StoredRound

MOST_NAMED = 5
"""How many outstanding marks a refusal names."""

SEES_NAMES = frozenset({"admin", "auditor"})


async def require_marks(
    session: AsyncSession,
    framework: Framework,
    round_: StoredRound,
    principal: Principal,
    applicants: Sequence[str],
) -> None:
    """Let an expert see lines of *applicants* once its own marks of them stand.

    Marks are given blind: who could still give one must not know the others'. What the key does
    not reach, whom the expert is tied to, and what is closed it cannot mark, and may see. Other
    roles always pass. Raises: MarksOutstanding.
    """
    if principal.role != "expert":
        return
    reached = principal.applicants
    missing = await marks.outstanding(
        session,
        round_.id,
        principal.reporter,
        [each for each in applicants if reached is None or each in reached],
        _judged(framework, principal),
        MOST_NAMED + 1,
    )
    if missing:
        named = [f"{measure} of {applicant}" for applicant, measure in sorted(missing)]
        if len(named) > MOST_NAMED:
            named[MOST_NAMED:] = ["…"]
        raise MarksOutstanding(f"mark first: {', '.join(named)}")


def _judged(framework: Framework, principal: Principal) -> list[str]:
    """Return the measures with a panel that the key reaches."""
    reached = principal.measures
    return [
        measure.code
        for measure in framework.measures.values()
        if measure.panel is not None and (reached is None or measure.code in reached)
    ]


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
