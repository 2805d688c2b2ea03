"""What is compared: the cohort as of two runs, and what the runs between them took in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from shared.database import Session, columns
from shared.runs.holding import HIDDEN_ROUND, holding
from shared.scoring.arrays import BoolArray, FloatArray, IntArray
from shared.scoring.framework import KINDS, Framework


@dataclass(frozen=True, slots=True)
class State:
    """Totals and raw values as of a run, in order of *applicant*, a position in a list of codes.

    *values* have shape (applicants, indicators), NaN where missing.
    """

    applicant: IntArray
    blocked: BoolArray
    total: IntArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Said:
    """Submissions as columns of one length, by id; positions among applicants, measures, kinds."""

    id: IntArray
    applicant: IntArray
    measure: IntArray
    kind: IntArray
    reporter: IntArray


async def entered(session: Session, round_id: int) -> tuple[list[str], list[str]]:
    """Return in order of code who takes part in the round or did, and the kind of each."""
    query = text("""
        SELECT array_agg(applicant ORDER BY applicant), array_agg(kind ORDER BY applicant)
        FROM entry WHERE round = :round
    """)
    applicants, kinds = (await session.execute(query, {"round": round_id})).one()
    return applicants or [], kinds or []


STATE = f"""
    SELECT who.position - 1, latest.blocked, latest.total, latest.values
    FROM unnest($2::text[]) WITH ORDINALITY AS who (code, position)
    CROSS JOIN LATERAL (
        {holding(HIDDEN_ROUND, "who.code", "$3", "withdrawn, blocked, total, values")}
    ) AS latest
    WHERE NOT latest.withdrawn
    ORDER BY 1
"""  # noqa: S608 -- all of it is ours


async def state(
    session: Session, round_id: int, applicants: Sequence[str], indicators: int, run: int
) -> State:
    """Return what holds of *applicants* as of *run*; who has no score is left out."""
    row = columns.row_type(
        applicant="int8", blocked="bool", total="int8", values=("float8", indicators)
    )
    return State(**await columns.read(session, STATE, (round_id, list(applicants), run), row))


SAID = """
    SELECT submission.id, applicants.position - 1, measures.position - 1,
        array_position($6::text[], kind) - 1::bigint, reporter
    FROM (
        SELECT unnest(submissions) AS id FROM run_input
        WHERE round = $1 AND run > $2 AND run <= $3
    ) AS input
    JOIN submission ON submission.round = $1 AND submission.id = input.id
    JOIN unnest($4::text[]) WITH ORDINALITY AS applicants (code, position)
        ON applicants.code = submission.applicant
    JOIN unnest($5::text[]) WITH ORDINALITY AS measures (code, position)
        ON measures.code = submission.measure
    WHERE submission.as_of <= $7
    ORDER BY submission.id
"""
SAID_ROW = columns.row_type(
    id="int8", applicant="int8", measure="int8", kind="int8", reporter="int8"
)


async def said(
    session: Session,
    round_id: int,
    framework: Framework,
    reference_date: date,
    applicants: Sequence[str],
    since: int,
    run: int,
) -> Said:
    """Return what runs behind *since* and up to *run* took in that could count, oldest first."""
    arguments = (
        *(round_id, since, run, list(applicants), list(framework.measure_codes), list(KINDS)),
        reference_date,
    )
    return Said(**await columns.read(session, SAID, arguments, SAID_ROW))
