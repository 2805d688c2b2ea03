"""Submissions: appended, looked up, and handed to a run as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.domain.framework import ADJUDICATOR, Reporter
from shared.domain.submission import Reported
from shared.store import marks
from shared.store.tables import ReporterRow, SubmissionRow

SEPARATOR = "\x1f"  # stands in no code


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """One value of one measure for one applicant, by one reporter, as of one date."""

    applicant: str
    measure: str
    reporter: int
    kind: str
    as_of: date
    reported: Reported
    reference: str | None
    comment: str | None
    request_id: str

    @property
    def natural_key(self) -> tuple[str, str, int, date]:
        """What two submissions share if the later corrects the earlier."""
        return self.applicant, self.measure, self.reporter, self.as_of


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission: created, revised, or unchanged; or why it was not taken.

    That is not-open, unknown-applicant or conflict-of-interest, and *id* is then None; for
    `unchanged` it is that of the submission that stands.
    """

    result: str
    id: int | None


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission as recorded."""

    id: int
    applicant: str
    measure: str
    reported: Reported
    as_of: date
    status: str
    revision: int
    reporter: int
    reporter_name: str
    kind: str
    reference: str | None
    comment: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader may see: some applicants, some measures, as one expert; None is no limit.

    An expert sees what it said itself, and what its panels said where its own mark stands.
    """

    applicants: frozenset[str] | None = None
    measures: frozenset[str] | None = None
    expert: int | None = None


# `stands` is what the reporter said last of that date. A submission that another transaction is
# about to make conflicts, is skipped, and comes back with neither id: the caller tries it again.
# All insert in the order of the key, so that no two of them wait for each other.
RECORD = """
    WITH item AS (
        SELECT item.*, string_to_array(codes, $13::text) COLLATE "C" AS code_set
        FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::date[], $7::text[],
                $8::float8[], $9::text[], $10::text[], $11::text[], $12::text[]) WITH ORDINALITY
            AS item (applicant, measure, reporter, kind, as_of, status, number, codes, reference,
                comment, request_id, position)
    ), known AS (
        SELECT item.*, stands.id AS standing, coalesce(stands.revision, 0) AS revision,
            (stands.status, stands.number, stands.codes)
                IS NOT DISTINCT FROM (item.status, item.number, item.code_set) AS same,
            item.kind = 'expert' AND EXISTS (
                SELECT FROM conflict
                WHERE conflict.round = $1 AND conflict.reporter = item.reporter
                    AND conflict.applicant = item.applicant AND conflict.state = 'declared'
            ) AS tied
        FROM item
        JOIN applicant ON applicant.code = item.applicant
        JOIN round ON round.id = $1 AND round.state = 'open'
        LEFT JOIN LATERAL (
            SELECT id, revision, status, number, codes FROM submission
            WHERE submission.round = $1
                AND submission.applicant = item.applicant AND submission.measure = item.measure
                AND submission.reporter = item.reporter AND submission.as_of = item.as_of
            ORDER BY submission.revision DESC LIMIT 1
        ) AS stands ON true
    ), added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
            status, number, codes, reference, comment, request_id)
        SELECT $1::bigint, applicant, measure, reporter, kind, as_of, revision + 1,
            status, number, code_set, reference, comment, request_id
        FROM known WHERE NOT same AND NOT tied ORDER BY applicant, measure, reporter, as_of
        ON CONFLICT DO NOTHING
        RETURNING id, applicant, measure, reporter, as_of, request_id
    ), logged AS (
        INSERT INTO submission_change (round, applicant, submission, request_id)
        SELECT $1, applicant, id, request_id FROM added
    )
    SELECT item.position,
        CASE
            WHEN known.tied THEN 'conflict-of-interest'
            WHEN added.id IS NOT NULL AND known.revision > 0 THEN 'revised'
            WHEN added.id IS NOT NULL THEN 'created'
            WHEN known.same THEN 'unchanged'
            WHEN known.position IS NOT NULL THEN 'contended'
            WHEN EXISTS (SELECT FROM applicant WHERE code = item.applicant) THEN 'not-open'
            ELSE 'unknown-applicant'
        END,
        CASE WHEN known.same AND NOT known.tied THEN known.standing ELSE added.id END
    FROM item
    LEFT JOIN known USING (position)
    LEFT JOIN added ON (added.applicant, added.measure, added.reporter, added.as_of)
        = (item.applicant, item.measure, item.reporter, item.as_of)
"""


async def record(
    driver: asyncpg.Connection, round_id: int, items: Sequence[NewSubmission]
) -> list[Receipt]:
    """Append *items*, whose natural keys differ from each other, with their change-log rows.

    Returns a receipt each, in order. `contended` says that another transaction got in between, and
    that the item is to be tried again.
    """
    rows = await driver.fetch(
        RECORD,
        round_id,
        [each.applicant for each in items],
        [each.measure for each in items],
        [each.reporter for each in items],
        [each.kind for each in items],
        [each.as_of for each in items],
        [each.reported.status for each in items],
        [each.reported.number for each in items],
        [_joined(each.reported.codes) for each in items],
        [each.reference for each in items],
        [each.comment for each in items],
        [each.request_id for each in items],
        SEPARATOR,
    )
    receipts = {position: Receipt(result, identity) for position, result, identity in rows}
    return [receipts[position] for position in range(1, len(items) + 1)]


def _joined(codes: tuple[str, ...] | None) -> str | None:
    return None if codes is None else SEPARATOR.join(codes)


async def page(
    session: AsyncSession,
    round_id: int,
    after: int,
    limit: int,
    reach: Reach,
    applicant: str | None = None,
    measure: str | None = None,
) -> list[StoredSubmission]:
    """Return at most *limit* submissions within *reach*, oldest first, from behind *after* on."""
    query = (
        select(
            SubmissionRow.id,
            SubmissionRow.applicant,
            SubmissionRow.measure,
            SubmissionRow.number,
            SubmissionRow.codes,
            SubmissionRow.as_of,
            SubmissionRow.status,
            SubmissionRow.revision,
            SubmissionRow.reporter,
            ReporterRow.name,
            SubmissionRow.kind,
            SubmissionRow.reference,
            SubmissionRow.comment,
            SubmissionRow.recorded_at,
        )
        .join(ReporterRow, ReporterRow.id == SubmissionRow.reporter)
        .where(SubmissionRow.round == round_id, SubmissionRow.id > after)
        .order_by(SubmissionRow.id)
        .limit(limit)
    )
    if applicant is not None:
        query = query.where(SubmissionRow.applicant == applicant)
    if measure is not None:
        query = query.where(SubmissionRow.measure == measure)
    if reach.applicants is not None:
        query = query.where(SubmissionRow.applicant == func.any(list(reach.applicants)))
    if reach.measures is not None:
        query = query.where(SubmissionRow.measure == func.any(list(reach.measures)))
    if reach.expert is not None:
        query = query.where(_open_to(reach.expert, round_id))
    return [
        StoredSubmission(
            identity,
            of,
            what,
            Reported(number, None if codes is None else tuple(codes)),
            *rest,
        )
        for identity, of, what, number, codes, *rest in await session.execute(query)
    ]


def _open_to(expert: int, round_id: int) -> ColumnElement[bool]:
    """Say of a submission whether the expert may see it."""
    marked = marks.STANDING.format(applicant="submission.applicant", measure="submission.measure")
    return or_(
        SubmissionRow.reporter == expert,
        and_(
            SubmissionRow.kind.in_([Reporter.EXPERT, ADJUDICATOR]),
            text(f"EXISTS ({marked})").bindparams(round=round_id, expert=expert),
        ),
    )


async def exists(session: AsyncSession, round_id: int, submission: int) -> bool:
    """Say whether the round has a submission of this id."""
    query = text("SELECT EXISTS (SELECT FROM submission WHERE round = :round AND id = :id)")
    found: bool = (await session.scalars(query, {"round": round_id, "id": submission})).one()
    return found
