"""Taking changes out of the log for a run to take in, and reading what they say."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncpg import Range

from shared.changes.said_store import COLUMNS, Said, Saying
from shared.changes.store import taken_until
from shared.database import Session
from shared.database.connections import Driver
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


def _said(stretches: str) -> str:
    """Select what `Saying` takes of the round's submissions with ids in *stretches*."""
    return f"""
        SELECT {COLUMNS} FROM unnest({stretches}) AS stretch
        CROSS JOIN LATERAL (
            SELECT * FROM submission
            WHERE round = $1 AND id >= lower(stretch) AND id < upper(stretch) OFFSET 0
        ) AS said
    """  # noqa: S608 -- all of it is ours


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
        greatest(until, {taken_until("$1")}), CASE WHEN paged THEN ids END, said.*
    FROM log CROSS JOIN (
        SELECT ids, (
            SELECT coalesce(sum(upper(each) - lower(each)) > $3 AND count(*) <= $4, false)
            FROM unnest(ids) AS each
        ) AS paged FROM stretches
    ) AS stretches CROSS JOIN LATERAL ({_said("CASE WHEN NOT paged THEN ids END")}) AS said
"""  # noqa: S608 -- all of it is ours

READ = _said("$2::int8multirange")

PAGE = 10_000
"""Of more submissions so many are read at once: what they say is worked out beside the next."""

SCATTERED = 1_000
"""In more stretches than so many they are all read at once: each stretch is a Python object."""

LITTLE = 10_000
"""Up to so many bytes of submissions are worked out at once, more of them in a thread."""


async def consume(session: Session, round_id: int) -> Consumed | None:
    """Take the round's changes out of the log for a run to take in; None if there are none."""
    driver = await driver_of(session)
    logged, others, applicants, requests, until, left, *columns = await driver.fetchrow(
        CONSUME, round_id, TRACED, PAGE, SCATTERED
    )
    if not logged:
        return None
    found = await _read(driver, round_id, left or [], columns)
    concerned = frozenset(applicants).union(found.applicants)
    return Consumed(concerned, len(found), others, tuple(requests), until, found)


async def _read(
    driver: Driver, round_id: int, stretches: Sequence[Range], columns: Sequence[Any]
) -> Said:
    """Return what *columns* say and the submissions with ids in *stretches*."""
    saying = Saying()
    if not stretches and len(columns[0]) <= LITTLE:
        saying.add(columns)
        return saying.said()
    for page in _pages(stretches):
        adding = asyncio.create_task(asyncio.to_thread(saying.add, columns))
        try:
            columns = await driver.fetchrow(READ, round_id, page)
        finally:
            await adding
    await asyncio.to_thread(saying.add, columns)
    return saying.said()


def _pages(stretches: Sequence[Range]) -> Iterator[list[Range]]:
    """Cut *stretches* of ids into pages of `PAGE` ids."""
    page, room = list[Range](), PAGE
    for each in stretches:
        at, end = each.lower, each.upper
        while at < end:
            until = min(end, at + room)
            page.append(Range(at, until))
            room -= until - at
            at = until
            if not room:
                yield page
                page, room = [], PAGE
    if page:
        yield page
