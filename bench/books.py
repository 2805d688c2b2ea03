"""Whether a round's books are in order, whatever became of who kept them."""

from typing import Any

from sqlalchemy import text

from shared.database import Session

OFFENCES = {
    "runs are numbered 1, 2, 3 …": """
        SELECT number FROM (
            SELECT number, row_number() OVER (ORDER BY number) AS place FROM run
            WHERE round = :round
        ) AS numbered WHERE number <> place
    """,
    "every submission is the input of one run": """
        SELECT id, times FROM (SELECT id FROM submission WHERE round = :round) AS stored
        FULL JOIN (
            SELECT unnest(submissions) AS id, count(*) AS times FROM run_input
            WHERE round = :round GROUP BY 1
        ) AS taken USING (id)
        WHERE times IS DISTINCT FROM 1
            OR NOT EXISTS (SELECT FROM submission WHERE round = :round AND submission.id = taken.id)
    """,
    "an input belongs to its applicant": """
        SELECT submission.id FROM run_input CROSS JOIN LATERAL unnest(submissions) AS taken (id)
        JOIN submission ON submission.round = :round AND submission.id = taken.id
        WHERE run_input.round = :round AND submission.applicant <> run_input.applicant
    """,
    "a run counts its inputs": """
        SELECT number FROM run LEFT JOIN (
            SELECT run, sum(cardinality(submissions)) AS taken FROM run_input
            WHERE round = :round GROUP BY run
        ) AS inputs ON run = number
        WHERE round = :round AND submissions <> coalesce(taken, 0)
    """,
    "a run counts the scores it wrote": """
        SELECT number FROM run LEFT JOIN (
            SELECT run, count(*) AS written FROM score_version WHERE round = :round GROUP BY run
        ) AS versions ON run = number
        WHERE round = :round AND scores_written <> coalesce(written, 0)
    """,
    "nothing belongs to a run that is not there": """
        SELECT run FROM (
            SELECT run FROM run_input WHERE round = :round
            UNION SELECT run FROM run_parameters WHERE round = :round
            UNION SELECT run FROM score_version WHERE round = :round
        ) AS named WHERE run NOT IN (SELECT number FROM run WHERE round = :round)
    """,
    "no score repeats the one before": """
        SELECT applicant, run FROM (
            SELECT applicant, run, this,
                lag(this) OVER (PARTITION BY applicant ORDER BY run) AS before
            FROM (
                SELECT applicant, run,
                    (withdrawn, blocked, total, values, shares, units, flags)::text AS this
                FROM score_version WHERE round = :round
            ) AS versions
        ) AS compared WHERE this = before
    """,
    "a total is the sum of its lines": """
        SELECT applicant, run FROM score_version
        WHERE round = :round AND total <> (SELECT coalesce(sum(unit), 0) FROM unnest(units) AS unit)
    """,
    "revisions are numbered 1, 2, 3 …": """
        SELECT id FROM (
            SELECT id, revision, row_number() OVER (
                PARTITION BY applicant, measure, reporter, as_of ORDER BY id) AS place
            FROM submission WHERE round = :round
        ) AS numbered WHERE revision <> place
    """,
    "no change is left": "SELECT applicant FROM submission_change WHERE round = :round",
    "no round is set aside": "SELECT error FROM round_failure WHERE round = :round",
}
"""What must hold of a round at rest, and how to find where it does not."""

SCORES = """
    SELECT DISTINCT ON (applicant) withdrawn, applicant, blocked, total, coverage, values::text,
        shares::text, units::text, flags::text
    FROM score_version WHERE round = :round ORDER BY applicant, run DESC
"""
TWIN = (
    """
    INSERT INTO round (code, framework, title, reference_date, state)
    SELECT :code, framework, title, reference_date, state FROM round WHERE id = :round
    """,
    """
    INSERT INTO entry (round, applicant, kind, state)
    SELECT (SELECT id FROM round WHERE code = :code), applicant, kind, state FROM entry
    WHERE round = :round
    """,
    """
    INSERT INTO submission (round, id, applicant, measure, reporter, kind, as_of, revision, status,
        number, codes, request_id)
    SELECT (SELECT id FROM round WHERE code = :code), id, applicant, measure, reporter, kind, as_of,
        revision, status, number, codes, request_id FROM submission WHERE round = :round
    """,
    """
    INSERT INTO submission_change (round, applicant, submission, request_id)
    SELECT round, applicant, id, request_id FROM submission
    WHERE round = (SELECT id FROM round WHERE code = :code)
    UNION ALL SELECT round, applicant, NULL, 'twin' FROM entry
    WHERE round = (SELECT id FROM round WHERE code = :code)
    """,
)


async def offences(session: Session, round_id: int) -> dict[str, list[Any]]:
    """Return which rules the round breaks, and where: nothing, if its books are in order."""
    found = {}
    for rule, query in OFFENCES.items():
        rows = [tuple(row) for row in await session.execute(text(query), {"round": round_id})]
        if rows:
            found[rule] = rows
    return found


async def scores(session: Session, round_id: int) -> list[tuple[Any, ...]]:
    """Return the scores in force to the last digit, in order of applicant."""
    found = await session.execute(text(SCORES), {"round": round_id})
    return [tuple(row) for withdrawn, *row in found if not withdrawn]


async def twin(session: Session, round_id: int, code: str) -> int:
    """Make another round of the same entries and submissions, not yet run; return its id."""
    for statement in TWIN:
        await session.execute(text(statement), {"round": round_id, "code": code})
    query = text("SELECT id FROM round WHERE code = :code")
    made: int = (await session.scalars(query, {"code": code})).one()
    return made
