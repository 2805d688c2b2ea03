"""What ranks over several runs are made of: the runs, who took part, their totals."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from shared.database import Session, columns
from shared.runs.holding import HIDDEN_ROUND, holding
from shared.scoring.arrays import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run, and of how many applicants."""

    number: int
    recorded_at: datetime
    cohort: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals from a run on, as columns of one length, in no order.

    *applicant* holds positions in a list of codes. There is at most one of an applicant and run.
    """

    applicant: IntArray
    run: IntArray
    withdrawn: BoolArray
    blocked: BoolArray
    total: IntArray


async def runs_between(
    session: Session, round_id: int, since: int, until: int, limit: int
) -> list[RunFacts]:
    """Return the first *limit* runs behind *since* and up to *until*, in their order."""
    query = text("""
        SELECT number, recorded_at, cohort FROM run
        WHERE round = :round AND number > :since AND number <= :until
        ORDER BY number LIMIT :limit
    """)
    parameters = {"round": round_id, "since": since, "until": until, "limit": limit}
    return [RunFacts(*row) for row in await session.execute(query, parameters)]


async def entered(session: Session, round_id: int, kind: str | None) -> list[str]:
    """Return in order of code who takes part in the round or did, of one kind or of all."""
    query = text("""
        SELECT applicant FROM entry
        WHERE round = :round AND kind = coalesce(:kind, kind) ORDER BY applicant
    """)
    return list(await session.scalars(query, {"round": round_id, "kind": kind}))


TOTALS = f"""
    SELECT who.position - 1, version.run, version.withdrawn, version.blocked, version.total
    FROM unnest($2::text[]) WITH ORDINALITY AS who (code, position)
    CROSS JOIN LATERAL (
        ({holding(HIDDEN_ROUND, "who.code", "$3", "run, withdrawn, blocked, total")})
        UNION ALL
        SELECT run, withdrawn, blocked, total FROM score_version
        WHERE round = $1 AND applicant = who.code AND run > $3 AND run <= $4
    ) AS version
"""  # noqa: S608 -- all of it is ours

ROW = columns.row_type(applicant="int8", run="int8", withdrawn="bool", blocked="bool", total="int8")


async def totals(
    session: Session, round_id: int, applicants: list[str], since: int, until: int
) -> Totals:
    """Return what holds of *applicants* as of *since*, and all that is new up to *until*."""
    arguments = (round_id, applicants, since, until)
    return Totals(**await columns.read(session, TOTALS, arguments, ROW))
