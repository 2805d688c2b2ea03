"""How several rounds stand, side by side: who takes part, the last run, how much is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from shared.database import Session
from shared.rankings.store import AsOf
from shared.runs.holding import holding


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one round is: accepted *entries*, and its last run, of number 0 if there is none."""

    entries: int
    as_of: AsOf


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run says of one kind and of all.

    *coverage* is everybody's mean share of points of indicators with a value, None where nobody has
    a score. *leaders* are, in order of code, the ranked of the kind with the greatest total.
    """

    coverage: float | None
    leaders: Sequence[str]


PROGRESS = text("""
    SELECT asked.round, (
            SELECT count(*) FROM entry WHERE entry.round = asked.round AND state = 'accepted'
        ), coalesce(last.number, 0), last.recorded_at
    FROM unnest(CAST(:rounds AS bigint[])) AS asked (round)
    LEFT JOIN LATERAL (
        SELECT number, recorded_at FROM run
        WHERE run.round = asked.round ORDER BY number DESC LIMIT 1
    ) AS last ON true
""")

OUTCOMES = text(f"""
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:rounds AS bigint[]), CAST(:runs AS bigint[]))
            AS asked (round, run)
    ), scored AS MATERIALIZED (
        SELECT entry.round, entry.applicant, entry.kind, latest.total, latest.coverage,
            latest.blocked
        FROM asked JOIN entry ON entry.round = asked.round
        CROSS JOIN LATERAL ({holding("entry.round", "entry.applicant", "asked.run")}) AS latest
        WHERE NOT latest.withdrawn
    ), placed AS (
        SELECT round, applicant, rank() OVER (PARTITION BY round ORDER BY total DESC) AS place
        FROM scored WHERE kind = :kind AND NOT blocked
    )
    SELECT asked.round,
        (SELECT avg(coverage) FROM scored WHERE scored.round = asked.round),
        ARRAY(
            SELECT applicant FROM placed
            WHERE placed.round = asked.round AND place = 1 ORDER BY applicant
        )
    FROM asked
""")  # noqa: S608 -- all of it is ours


async def progress(session: Session, rounds: Sequence[int]) -> dict[int, Progress]:
    """Return how far each of *rounds* is, by id."""
    found = await session.execute(PROGRESS, {"rounds": list(rounds)})
    return {id_: Progress(entries, AsOf(*last)) for id_, entries, *last in found}


async def outcomes(
    session: Session, runs: Iterable[tuple[int, int]], kind: str
) -> dict[int, Outcome]:
    """Return what each of *runs*, a round's id and the number of a run of it, says, by round."""
    asked = list(runs)
    parameters = {"rounds": [id_ for id_, _ in asked], "runs": [run for _, run in asked]}
    found = await session.execute(OUTCOMES, parameters | {"kind": kind})
    return {id_: Outcome(*said) for id_, *said in found}
