"""What experts said: which marks stand, which are outstanding, and how they are taken back."""

from collections.abc import Sequence

from sqlalchemy import text

from shared.database import Session
from shared.submissions.standing import REFERENCE_DATE, last_words, standing

# LIMIT keeps each pair a look-up of its own, whatever the planner thinks of reading all at once.
OUTSTANDING = """
    SELECT who.code, what.code
    FROM round
    CROSS JOIN unnest(CAST(:applicants AS text[])) AS who (code)
    CROSS JOIN unnest(CAST(:measures AS text[])) AS what (code)
    LEFT JOIN LATERAL (
        {mark} LIMIT 1
    ) AS mark ON true
    WHERE round.id = :round AND round.state = 'open' AND mark.id IS NULL
    LIMIT :most
"""
OF_PAIR = "applicant = who.code AND measure = what.code AND reporter = :expert"

TAKE_BACK = """
    WITH said AS (
        {last_words}
    ), added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
            request_id)
        SELECT CAST(:round AS bigint), :applicant, measure, CAST(:expert AS bigint), 'expert',
            as_of, revision + 1, 'withdrawn', :request_id
        FROM said WHERE status = 'reported' AND kind = 'expert' ORDER BY measure, as_of
        RETURNING id
    ), logged AS (
        INSERT INTO submission_change (round, applicant, submission, request_id)
        SELECT CAST(:round AS bigint), :applicant, id, :request_id FROM added
    )
    SELECT count(*) FROM added
"""
OF_TIE = "applicant = :applicant AND reporter = :expert"


async def outstanding(
    session: Session,
    round_id: int,
    expert: int,
    applicants: Sequence[str],
    measures: Sequence[str],
    most: int,
) -> list[tuple[str, str]]:
    """Return at most *most* pairs of applicant and measure of which no mark of the expert stands.

    Nothing is outstanding where the round is not open.
    """
    mark = standing(":round", REFERENCE_DATE, OF_PAIR)
    parameters = {
        "round": round_id,
        "expert": expert,
        "applicants": list(applicants),
        "measures": list(measures),
        "most": most,
    }
    found = await session.execute(text(OUTSTANDING.format(mark=mark)), parameters)
    return [(applicant, measure) for applicant, measure in found]


IN_COHORT = """
    SELECT EXISTS (
        SELECT FROM entry AS who
        CROSS JOIN unnest(CAST(:measures AS text[])) AS what (code)
        LEFT JOIN LATERAL (
            {mark} LIMIT 1
        ) AS mark ON true
        WHERE who.round = :round AND mark.id IS NULL
    )
"""
OF_ENTRY = "applicant = who.applicant AND measure = what.code AND reporter = :expert"


async def outstanding_in_cohort(
    session: Session, round_id: int, expert: int, measures: Sequence[str]
) -> bool:
    """Say whether some mark of the expert is missing of somebody who takes part, or once did.

    A withdrawn applicant can be accepted again, and earlier runs hold what others marked.
    """
    mark = standing(":round", REFERENCE_DATE, OF_ENTRY)
    parameters = {"round": round_id, "expert": expert, "measures": list(measures)}
    lacks: bool = (await session.scalars(text(IN_COHORT.format(mark=mark)), parameters)).one()
    return lacks


async def take_back(
    session: Session, round_id: int, expert: int, applicant: str, request_id: str
) -> int:
    """Withdraw every standing mark that the expert gave to *applicant*; return how many stood.

    The withdrawals carry no reason: everybody may read them, and of a tie only few may know. The
    caller holds the round alone.
    """
    parameters = {
        "round": round_id,
        "expert": expert,
        "applicant": applicant,
        "request_id": request_id,
    }
    query = text(TAKE_BACK.format(last_words=last_words(":round", OF_TIE)))
    taken: int = (await session.scalars(query, parameters)).one()
    return taken
