"""Asking the policy about a round as it now stands."""

from shared.core.errors import MarksOutstanding
from shared.core.principal import Principal, Role
from shared.database import Database, Session
from shared.panels import store as panels
from shared.rounds import store as rounds
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.visibility.policy import (
    WHOLE,
    OwnMarks,
    View,
    judged,
    marks_blindly,
    view_of,
)

MOST_NAMED = 5
"""How many outstanding marks a refusal names."""


async def view(
    session: Session,
    framework: Framework,
    round_: RoundFacts,
    reader: Principal,
    applicant: str | None,
) -> View:
    """Return what *reader* may see of the score of *applicant*, or of everybody's (None)."""
    if reader.role != Role.EXPERT:
        return WHOLE
    state = await rounds.state(session, round_.id)
    own = OwnMarks.EVERYBODY
    if marks_blindly(reader, state):
        own = await _own_marks(session, framework, round_.id, reader, applicant)
    return view_of(reader, state, own)


async def require_score(
    session: Session,
    framework: Framework,
    round_: RoundFacts,
    reader: Principal,
    applicant: str | None,
) -> View:
    """Return the view if it shows anything; for everybody's scores, if it shows all of them.

    An expert whom a tie or its key's limits keep from marking might be let to it later, by a
    lifted tie or another key, and waits until the round is closed. The refusal names marks of the
    applicant that was asked for and of no other: who stands where in the ranking is hidden too.

    Raises: MarksOutstanding.
    """
    seen = await view(session, framework, round_, reader, applicant)
    if applicant is None and seen != WHOLE:
        raise MarksOutstanding("shown once all of your own marks of the round stand")
    if applicant is not None and not seen.score:
        missing = await panels.outstanding(
            session, round_.id, reader.reporter, [applicant], judged(framework), MOST_NAMED + 1
        )
        named = [f"{measure} of {of}" for of, measure in sorted(missing)]
        if len(named) > MOST_NAMED:
            named[MOST_NAMED:] = ["…"]
        raise MarksOutstanding(f"shown once your own marks stand: {', '.join(named)}")
    return seen


async def visible(
    database: Database,
    framework: Framework,
    round_: RoundFacts,
    reader: Principal,
    applicant: str | None,
) -> View:
    """Return what `require_score` does, without a connection where none is needed for it.

    Raises: MarksOutstanding.
    """
    if reader.role != Role.EXPERT:
        return WHOLE
    async with database.session() as session:
        return await require_score(session, framework, round_, reader, applicant)


async def _own_marks(
    session: Session,
    framework: Framework,
    round_id: int,
    reader: Principal,
    applicant: str | None,
) -> OwnMarks:
    measures = judged(framework)
    if applicant is not None and await panels.outstanding(
        session, round_id, reader.reporter, [applicant], measures, 1
    ):
        return OwnMarks.OUTSTANDING
    lacks = await panels.outstanding_in_cohort(session, round_id, reader.reporter, measures)
    return OwnMarks.APPLICANT if lacks else OwnMarks.EVERYBODY
