"""What keys reach in a round: asked of keys and entries together."""

from collections.abc import Sequence

from sqlalchemy import text

from shared.database import Session

# Keys may be as many as applicants, but few differ in what they may report: those that don't are
# one class, and applicants are counted once for all measures that the same classes reach.
REACHED = text("""
    WITH valid AS MATERIALIZED (
        SELECT dense_rank() OVER (ORDER BY role, measures) AS class, role, measures, applicants
        FROM api_key JOIN reporter ON reporter.id = api_key.reporter
        WHERE revoked_at IS NULL AND coalesce(expires_at > now(), true)
            AND role = ANY (CAST(:roles AS text[]))
    ), reach AS (
        SELECT measure, array_agg(DISTINCT class) AS classes
        FROM unnest(CAST(:measures AS text[]), CAST(:roles AS text[])) AS admitted (measure, role)
        JOIN (SELECT DISTINCT class, role, measures FROM valid) AS kind USING (role)
        WHERE measures IS NULL OR measure = ANY (measures)
        GROUP BY measure
    ), accepted AS MATERIALIZED (
        SELECT applicant FROM entry WHERE round = :round AND state = 'accepted'
    ), counted AS (
        SELECT classes, CASE
            WHEN EXISTS (SELECT FROM valid WHERE class = ANY (classes) AND applicants IS NULL)
            THEN (SELECT count(*) FROM accepted)
            ELSE (SELECT count(*) FROM accepted WHERE applicant IN (
                SELECT unnest(applicants) FROM valid WHERE class = ANY (classes)
            )) END AS applicants
        FROM (SELECT DISTINCT classes FROM reach) AS once
    )
    SELECT measure, applicants FROM reach JOIN counted USING (classes)
""")


async def reached(
    session: Session, round_id: int, admitted: Sequence[tuple[str, str]]
) -> dict[str, int]:
    """Return for how many of the round's accepted entries a valid key may report each measure.

    *admitted* are pairs of a measure and a role that may report it. A measure that is in the reach
    of no valid key, whatever the applicant, is left out.
    """
    parameters = {
        "round": round_id,
        "measures": [measure for measure, _ in admitted],
        "roles": [role for _, role in admitted],
    }
    rows = await session.execute(REACHED, parameters)
    return {row.measure: row.applicants for row in rows}
