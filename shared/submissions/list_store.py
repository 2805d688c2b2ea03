"""Submissions as recorded, read back."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, text

from shared.access.tables import ReporterRow
from shared.database import Session
from shared.scoring.framework import ADJUDICATOR, ReporterKind
from shared.submissions.standing import REFERENCE_DATE, standing
from shared.submissions.tables import SubmissionRow
from shared.submissions.values import Reported


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
