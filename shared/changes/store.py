"""The change log: what runs have yet to take in, and the rounds that could not be run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text

from shared.changes.tables import RoundFailureRow, SubmissionChangeRow
from shared.database import Session
from shared.database.database import driver_of


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a round is set aside."""

    attempts: int
    error: str
    failed_at: datetime
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits in all rounds: changes, and seconds since the oldest was recorded."""

    changes: int
    oldest_seconds: float


async def add(session: Session, round_id: int, applicants: Sequence[str], request_id: str) -> None:
    """Ask that *applicants* be scored anew, for another reason than a submission."""
    rows = [{"round": round_id, "applicant": each, "request_id": request_id} for each in applicants]
    if rows:
        await session.execute(insert(SubmissionChangeRow).inline(), rows)


async def add_cohort(session: Session, round_id: int, request_id: str) -> int:
    """Ask that everybody in the round be scored anew; return how many that are."""
    query = text("""
        WITH asked AS (
            INSERT INTO submission_change (round, applicant, request_id)
            SELECT round, applicant, :request_id FROM entry
            WHERE round = :round AND state = 'accepted' RETURNING 1
        ) SELECT count(*) FROM asked
    """)
    count: int = (await session.scalars(query, {"round": round_id, "request_id": request_id})).one()
    return count


async def waiting_rounds(session: Session) -> dict[int, str]:
    """Return id and code of the rounds that have changes and are not set aside.

    Longest waiting first.

    What failed in the future failed before the clock was set back: it is tried again now.
    """
    query = text("""
        SELECT round.id, round.code FROM round
        CROSS JOIN LATERAL (
            SELECT id FROM submission_change AS change
            WHERE change.round = round.id ORDER BY id LIMIT 1
        ) AS oldest
        WHERE NOT EXISTS (
            SELECT FROM round_failure
            WHERE round_failure.round = round.id
                AND retry_at > now() AND failed_at <= clock_timestamp()
        )
        ORDER BY oldest.id
    """)
    return {row.id: row.code for row in await session.execute(query)}


def taken_until(round_id: str) -> str:
    """Select the high-water mark of the last run of the round that *round_id* names."""
    return f"""coalesce((
        SELECT (
            SELECT changes_until FROM run WHERE run.round = {round_id} ORDER BY number DESC LIMIT 1
        ) FROM (SELECT CAST(0 AS bigint) AS changes_until) AS nothing_known
    ), 0)"""  # noqa: S608 -- constants alone


TAKEN_UNTIL = taken_until(":round")
"""The high-water mark of the round's last run; 0, which leaves nothing out, where it has none.

For readers, so that they need not walk over rows that are consumed and not yet vacuumed. On a
schema before 0007 `run` lacks the column, and the name is that of the 0 beside it.
"""


async def waiting(session: Session, round_id: int) -> frozenset[str]:
    """Return the applicants of whom the next run takes something in.

    It takes in whatever was submitted since the first that waits, as with `pending`.
    """
    query = text(f"""
        WITH change AS (
            SELECT applicant, submission FROM submission_change
            WHERE round = :round AND id > {TAKEN_UNTIL}
        )
        SELECT applicant FROM change WHERE applicant IS NOT NULL
        UNION
        SELECT applicant FROM submission
        WHERE round = :round AND id >= (SELECT min(submission) FROM change)
    """)  # noqa: S608 -- all of it is ours
    return frozenset(await session.scalars(query, {"round": round_id}))


PENDING = text(f"""
    SELECT EXISTS (SELECT FROM submission WHERE round = :round AND id = :id) AND coalesce((
        SELECT submission <= :id FROM submission_change
        WHERE round = :round AND id > {TAKEN_UNTIL} AND submission IS NOT NULL ORDER BY id LIMIT 1
    ), false)
""")  # noqa: S608 -- all of it is ours


async def pending(session: Session, round_id: int, submission: int) -> bool:
    """Say whether no run has taken in *submission*, one of the round, yet.

    A round's submissions are logged and taken in by the order of their ids, so that the first which
    waits tells of all.
    """
    waits: bool = (await session.scalars(PENDING, {"round": round_id, "id": submission})).one()
    return waits


async def queue(session: Session) -> Queue:
    """Measure what waits in all rounds. Before 0027 each row is one change: `nothing_known`."""
    query = text("""
        SELECT queue.* FROM (SELECT 1 AS changes) AS nothing_known
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(changes) FILTER (WHERE id IS NOT NULL), 0),
                coalesce(extract(epoch FROM now() - min(recorded_at)), 0)::float8
            FROM submission_change
        ) AS queue
    """)
    return Queue(*(await session.execute(query)).one())


async def set_aside(session: Session, round_id: int, error: str, longest: timedelta) -> Failure:
    """Note that a run of the round failed; it waits twice as long each time, up to *longest*."""
    query = text("""
        INSERT INTO round_failure AS failure (round, attempts, error, retry_at)
        VALUES (:round, 1, :error, now() + interval '1 second')
        ON CONFLICT (round) DO UPDATE SET
            attempts = failure.attempts + 1, error = :error, failed_at = now(),
            retry_at = now() + least(
                make_interval(secs => power(2, least(failure.attempts, 20))), :longest)
        RETURNING attempts, error, failed_at, retry_at
    """)
    parameters = {"round": round_id, "error": error, "longest": longest}
    return Failure(*(await session.execute(query, parameters)).one())


async def readmit(session: Session, round_id: int) -> None:
    """Forget that runs of the round failed."""
    driver = await driver_of(session)
    await driver.execute("DELETE FROM round_failure WHERE round = $1", round_id)


async def failure(session: Session, round_id: int) -> Failure | None:
    """Return why the round is set aside, None if it is not."""
    query = select(
        RoundFailureRow.attempts,
        RoundFailureRow.error,
        RoundFailureRow.failed_at,
        RoundFailureRow.retry_at,
    ).where(RoundFailureRow.round == round_id)
    row = (await session.execute(query)).first()
    return None if row is None else Failure(*row)
