"""What is said of one applicant now, whether a run has taken it in or not."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from shared.checklists.checklist import Row
from shared.database import Session
from shared.submissions.list_store import AWAITS, KEEPS_ASIDE
from shared.submissions.standing import standing

OF_APPLICANT = "applicant = :applicant"
STANDS = f"""
    SELECT measure, id, reporter, kind, as_of, revision, number, codes
    FROM ({standing(":round", ":reference_date", OF_APPLICANT)}) AS stands
"""  # noqa: S608 -- all of it is ours
HELD = text(f"""
    SELECT DISTINCT measure FROM submission_aside
    WHERE round = :round AND applicant = :applicant AND {AWAITS}
""")  # noqa: S608 -- all of it is ours


async def stands(
    session: Session, round_id: int, reference_date: date, applicant: str
) -> Sequence[Row]:
    """Return what each reporter stands by as of the reference date."""
    parameters = {"round": round_id, "reference_date": reference_date, "applicant": applicant}
    found: Sequence[Row] = (await session.execute(text(STANDS), parameters)).all()
    return found


async def held(session: Session, round_id: int, applicant: str) -> set[str]:
    """Return the measures of which a number awaits its confirmation."""
    if not (await session.scalars(KEEPS_ASIDE)).one():
        return set()
    return set(await session.scalars(HELD, {"round": round_id, "applicant": applicant}))
