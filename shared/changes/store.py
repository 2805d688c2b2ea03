"""The change log: what runs have yet to take in, and the rounds that could not be run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text

from shared.changes.said_store import COLUMNS, Said, said
from shared.changes.tables import RoundFailureRow, SubmissionChangeRow
from shared.database import Session
from shared.database.database import driver_of

TRACED = 100
"""How many request ids a run keeps of those that caused it."""

FEW = 100
"""Of up to so many submissions a run remembers which they are."""


@dataclass(frozen=True, slots=True)
class Consumed:
    """What one run takes in: the applicants concerned, and how many changes of which sort.

    *until* is the run's high-water mark: no change with this id or a lower one is yet to appear.
    *said* has the submissions themselves.
    """

    applicants: frozenset[str]
    submissions: int
    others: int
    request_ids: tuple[str, ...]
    until: int
    said: Said = field(compare=False, repr=False)

    @property
    def ids(self) -> tuple[int, ...]:
        """The ids of the submissions, the least first, where they are at most `FEW`."""
        return tuple(sorted(self.said.id.tolist())) if self.submissions <= FEW else ()


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


def _taken_until(round_id: str) -> str:
    return f"""coalesce((
        SELECT (
            SELECT changes_until FROM run WHERE run.round = {round_id} ORDER BY number DESC LIMIT 1
        ) FROM (SELECT CAST(0 AS bigint) AS changes_until) AS nothing_known
    ), 0)"""  # noqa: S608 -- constants alone


TAKEN_UNTIL = _taken_until(":round")
"""The high-water mark of the round's last run; 0, which leaves nothing out, where it has none.

For readers, so that they need not walk over rows that are consumed and not yet vacuumed. On a
schema before 0007 `run` lacks the column, and the name is that of the 0 beside it.
"""

# Requests that did something else than submit come first: submissions name theirs themselves.
# Ids of a round appear in order up to one that came with a submission: who logs a submission has
# the round alone. Others share it, and of two of them the later id may be committed first.
# Submissions that follow each other are read as one stretch, whether rows or a file logged them.
# A schema before 0027 has a row for each and no last one of a file: it is then that of
# `nothing_known`, which is none.
CONSUME = f"""
    WITH consumed AS (
        DELETE FROM submission_change WHERE round = $1 RETURNING *
    ), stretches AS (
        SELECT range_agg(int8range(first, coalesce(last, first), '[]')) AS ids
        FROM (SELECT CAST(NULL AS bigint) AS last_submission) AS nothing_known
        CROSS JOIN LATERAL (
            SELECT submission AS first, last_submission AS last
            FROM consumed WHERE submission IS NOT NULL
        ) AS logged
    ), log AS (
        SELECT count(*) AS logged, count(*) FILTER (WHERE submission IS NULL) AS others,
            array_agg(applicant) FILTER (WHERE submission IS NULL) AS applicants,
            max(id) FILTER (WHERE submission IS NOT NULL) AS until
        FROM consumed
    )
    SELECT logged, others, coalesce(applicants, '{{}}'),
        (SELECT array_agg(request_id) FROM (
            SELECT request_id FROM consumed GROUP BY request_id
            ORDER BY bool_and(submission IS NOT NULL), min(id) LIMIT $2) AS first_requests),
        greatest(until, {_taken_until("$1")}), said.*
    FROM log CROSS JOIN (
        SELECT {COLUMNS}
        FROM stretches CROSS JOIN LATERAL unnest(ids) AS stretch
        CROSS JOIN LATERAL (
            SELECT * FROM submission
            WHERE round = $1 AND id >= lower(stretch) AND id < upper(stretch) OFFSET 0
        ) AS said
    ) AS said
"""  # noqa: S608 -- all of it is ours

LITTLE = 10_000
"""Up to so many bytes of submissions are read at once, more of them in a thread."""


async def consume(session: Session, round_id: int) -> Consumed | None:
    """Take the round's changes out of the log for a run to take in; None if there are none."""
    driver = await driver_of(session)
    logged, others, applicants, requests, until, *columns = await driver.fetchrow(
        CONSUME, round_id, TRACED
    )
    if not logged:
        return None
    little = len(columns[0]) <= LITTLE
    found = said(columns) if little else await asyncio.to_thread(said, columns)
    concerned = frozenset(applicants).union(found.applicants)
    return Consumed(concerned, len(found), others, tuple(requests), until, found)


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
