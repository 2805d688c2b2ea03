"""How several rounds stand, side by side: who takes part, the last run, how much is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from shared.database import Session


@dataclass(frozen=True, slots=True)
class Overview:
    """One round: accepted *entries*, its last *run* (0: none), and what that run says.

    *coverage* is the mean share of points of indicators with a value, None where nobody has a
    score. *leaders* are, in order of code, the ranked of one kind with the greatest total.
    """

    entries: int
    run: int
    recorded_at: datetime | None
    coverage: float | None
    leaders: Sequence[str]


OVERVIEW = text("""
    WITH asked AS MATERIALIZED (
        SELECT round FROM unnest(CAST(:rounds AS bigint[])) AS asked (round)
    ), scored AS MATERIALIZED (
        SELECT entry.round, entry.applicant, entry.kind, latest.total, latest.coverage,
            latest.blocked
        FROM asked JOIN entry ON entry.round = asked.round
        CROSS JOIN LATERAL (
            SELECT total, coverage, blocked, withdrawn FROM score_version AS version
            WHERE version.round = entry.round AND version.applicant = entry.applicant
            ORDER BY version.run DESC LIMIT 1
        ) AS latest
        WHERE NOT latest.withdrawn
    ), placed AS (
        SELECT round, applicant, rank() OVER (PARTITION BY round ORDER BY total DESC) AS place
        FROM scored WHERE kind = :kind AND NOT blocked
    )
    SELECT asked.round, (
            SELECT count(*) FROM entry WHERE entry.round = asked.round AND state = 'accepted'
        ), coalesce(last.number, 0), last.recorded_at,
        (SELECT avg(coverage) FROM scored WHERE scored.round = asked.round),
        ARRAY(
            SELECT applicant FROM placed
            WHERE placed.round = asked.round AND place = 1 ORDER BY applicant
        )
    FROM asked LEFT JOIN LATERAL (
        SELECT number, recorded_at FROM run
        WHERE run.round = asked.round ORDER BY number DESC LIMIT 1
    ) AS last ON true
""")


async def overviews(session: Session, rounds: Sequence[int], kind: str) -> dict[int, Overview]:
    """Return how each of *rounds* stands, by id."""
    found = await session.execute(OVERVIEW, {"rounds": list(rounds), "kind": kind})
    return {row[0]: Overview(*row[1:]) for row in found}
