"""Submissions: appended by a function of the database, and looked up."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import ColumnElement, and_, func, or_, select, text

from shared.access.tables import ReporterRow
from shared.database import Driver, SchemaUnknown, Session
from shared.scoring.framework import ADJUDICATOR, ReporterKind
from shared.submissions.sight import changed_after_sight
from shared.submissions.standing import REFERENCE_DATE, standing
from shared.submissions.tables import SubmissionRow
from shared.submissions.values import Reported

SEPARATOR = "\x1f"
"""Between the codes of one value, for `record_submissions`; it stands in no code."""


Mark: TypeAlias = tuple[str, str, int]
"""An applicant, a measure, and the expert who marks."""


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
    keeps_blind: bool = False
    """A mark that its expert may not change when it can read others'."""
    expected_revision: int | None = None
    """The revision that must stand, 0 for none; None: whichever does."""

    @property
    def is_mark(self) -> bool:
        """Whether an expert says it."""
        return self.kind == ReporterKind.EXPERT

    @property
    def mark(self) -> Mark:
        """Whose word on what it is, of whatever date."""
        return self.applicant, self.measure, self.reporter

    @property
    def natural_key(self) -> tuple[str, str, int, date]:
        """What two submissions share if the later corrects the earlier."""
        return self.applicant, self.measure, self.reporter, self.as_of


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission: created, revised, or unchanged; or why it was not taken.

    That is not-open, unknown-applicant, conflict-of-interest, stale-revision or
    revised-after-sight, and *id* is then None; for `unchanged` it is that of what stands.
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


RECORD = """
    SELECT place, result, submission_id
    FROM record_submissions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ORDER BY place
"""
RECORD_AFTER = """
    SELECT place, result, submission_id FROM record_expected_submissions(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ORDER BY place
"""
"""For items that say what they follow; before step 0010 there is no such function."""


async def record(driver: Driver, round_id: int, items: Sequence[NewSubmission]) -> list[Receipt]:
    """Append *items*, whose natural keys differ from each other, with their change-log rows.

    One round trip, and a transaction of its own unless one is under way. Until its end it has the
    round to itself, as with `rounds.hold_alone`: submissions appear in the order of their ids.
    Returns a receipt each, in order.
    """
    rows = await _append(driver, round_id, items)
    return [Receipt(result, identity) for _, result, identity in rows]


async def _append(driver: Driver, round_id: int, items: Sequence[NewSubmission]) -> Sequence[Any]:
    expected = [each.expected_revision for each in items]
    follows = any(each is not None for each in expected)
    fetched = driver.fetch(
        RECORD_AFTER if follows else RECORD,
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
        *([expected] if follows else []),
    )
    try:
        found: Sequence[Any] = await fetched
    except asyncpg.UndefinedFunctionError:
        raise SchemaUnknown("expected revisions need step 0010: run `pilotzone migrate`") from None
    return found


REVISED = "SELECT applicant, measure, reporter FROM ({changed}) AS changed"
OF_PAIRS = "(applicant, measure) IN (SELECT * FROM unnest($2::text[], $3::text[]))"


async def revised_after_sight(
    driver: Driver, round_id: int, marks: AbstractSet[Mark]
) -> AbstractSet[Mark]:
    """Return which of *marks* were changed, or taken back, when others' could be read."""
    if not marks:
        return marks
    applicants, measures, _ = zip(*marks, strict=True)
    changed = changed_after_sight("$1", REFERENCE_DATE.replace(":round", "$1"), OF_PAIRS)
    found = await driver.fetch(REVISED.format(changed=changed), round_id, applicants, measures)
    return marks & {tuple(row) for row in found}


def _joined(codes: tuple[str, ...] | None) -> str | None:
    return None if codes is None else SEPARATOR.join(codes)


async def page(
    session: Session,
    round_id: int,
    after: int,
    limit: int,
    reach: Reach,
    applicant: str | None = None,
    measure: str | None = None,
) -> list[StoredSubmission]:
    """Return at most *limit* submissions within *reach*, oldest first, from behind *after* on.

    None appears later among those that were returned: writers of a round take turns.
    """
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
        query = query.where(_open_to(reach.expert, round_id, applicant, measure))
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


# One list for all rows, not a look for each: most of what is listed may be other experts' marks.
MARKED = """(submission.applicant, submission.measure) IN (
    SELECT applicant, measure FROM ({standing}) AS own
)"""


def _open_to(
    expert: int, round_id: int, applicant: str | None, measure: str | None
) -> ColumnElement[bool]:
    """Say of a submission whether the expert may see it; None: whatever is asked for."""
    given = {"applicant": applicant, "measure": measure}
    parameters = {name: value for name, value in given.items() if value is not None}
    which = " AND ".join(["reporter = :expert", *(f"{name} = :{name}" for name in parameters)])
    marked = MARKED.format(standing=standing(":round", REFERENCE_DATE, which))
    return or_(
        SubmissionRow.reporter == expert,
        and_(
            SubmissionRow.kind.in_([ReporterKind.EXPERT, ADJUDICATOR]),
            text(marked).bindparams(round=round_id, expert=expert, **parameters),
        ),
    )


async def exists(session: Session, round_id: int, submission: int) -> bool:
    """Say whether the round has a submission of this id."""
    query = text("SELECT EXISTS (SELECT FROM submission WHERE round = :round AND id = :id)")
    found: bool = (await session.scalars(query, {"round": round_id, "id": submission})).one()
    return found
