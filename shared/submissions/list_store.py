"""Submissions as recorded, read back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    union_all,
)

from shared.access.tables import ReporterRow
from shared.database import Session
from shared.scoring.framework import ADJUDICATOR, ReporterKind
from shared.submissions.standing import REFERENCE_DATE, standing
from shared.submissions.store import NewSubmission
from shared.submissions.tables import AsideRow, SubmissionRow
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
    reported_at: datetime | None
    obs_status: str | None
    set_aside: str | None
    """Why it does not count; None: it does, or did."""
    confirmed_by: int | None
    request_id: str
    run: int | None
    """The run that took it in; None: none did yet, or it is set aside."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a reader may see: some applicants, some measures, as one expert; None is no limit.

    An expert sees what it said itself, and what its panels said where its own mark stands.
    """

    applicants: frozenset[str] | None = None
    measures: frozenset[str] | None = None
    expert: int | None = None


SetAside = Literal["held", "superseded"]
RECORDED = (
    *("id", "applicant", "measure", "number", "codes", "as_of", "status", "revision", "reporter"),
    *("kind", "reference", "comment", "recorded_at", "request_id", "round"),
)
KEEPS_ASIDE = text("SELECT to_regclass('submission_aside') IS NOT NULL")
"""Not before step 0012."""

OF_ITS_DATE_SINCE = """
    later.round = submission_aside.round AND later.applicant = submission_aside.applicant
    AND later.measure = submission_aside.measure AND later.reporter = submission_aside.reporter
    AND later.as_of = submission_aside.as_of AND later.id > submission_aside.id
"""
AWAITS = f"""submission_aside.set_aside <> 'superseded' AND NOT EXISTS (
    SELECT FROM submission AS later WHERE {OF_ITS_DATE_SINCE}
) AND NOT EXISTS (
    SELECT FROM submission_aside AS later
    WHERE {OF_ITS_DATE_SINCE} AND later.set_aside <> 'superseded'
)"""  # noqa: S608 -- all of it is ours
"""That a row set aside can be confirmed: nothing else was said of its date since."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which submissions are listed; None is no limit. *set_aside* lists those alone.

    *recorded_from* is the first moment, *recorded_until* the first one after; *run* took them in. A
    *reporter* is named; who is told no experts' names asks of others, or of itself, *asking*.
    """

    reach: Reach
    applicant: str | None = None
    measure: str | None = None
    set_aside: SetAside | None = None
    recorded_from: datetime | None = None
    recorded_until: datetime | None = None
    reporter: str | None = None
    run: int | None = None
    asking: int | None = None


# What the last run before a moment took in was recorded before it, and so was all with lower ids.
TAKEN_IN = """
    SELECT coalesce(max(id), 0) FROM (
        SELECT unnest(submissions) AS id FROM run_input
        WHERE round = :round AND run = (
            SELECT max(number) FROM run WHERE round = :round AND submissions > 0 AND {which}
        )
    ) AS taken_in
"""
BEGINS = text(TAKEN_IN.format(which="recorded_at < :moment"))
TAKEN_IN_BY = text(TAKEN_IN.format(which="number <= :run"))
RUN_OF = """(
    SELECT run_input.run FROM run_input
    WHERE run_input.round = {listed}.round AND run_input.applicant = {listed}.applicant
        AND {listed}.id = ANY (run_input.submissions)
    LIMIT 1
)"""


async def last_taken_in(session: Session, round_id: int, run: int) -> int:
    """Return the greatest id of what *run*, or a run before it, took in; 0: nothing.

    It took in all with lower ids, but for what was set aside.
    """
    found: int = (await session.scalars(TAKEN_IN_BY, {"round": round_id, "run": run})).one()
    return found


async def page(
    session: Session, round_id: int, after: int, limit: int, asked: Asked
) -> list[StoredSubmission]:
    """Return at most *limit* submissions that are *asked* for, oldest first, from behind *after*.

    None appears later among those that were returned: writers of a round take turns. What is set
    aside is among them; as `held` only what still awaits its confirmation.
    """
    keeps = (await session.scalars(KEEPS_ASIDE)).one()
    if asked.recorded_from is not None:
        given = {"round": round_id, "moment": asked.recorded_from}
        after = max(after, (await session.scalars(BEGINS, given)).one())
    parts = []
    if asked.set_aside is None:
        parts.append(_recorded(SubmissionRow, round_id, after, limit, asked, keeps=keeps))
    if keeps and asked.run is None:
        parts.append(_recorded(AsideRow, round_id, after, limit, asked, keeps=keeps))
    if not parts:
        return []
    whole = union_all(*(select(each.subquery()) for each in parts)).order_by("id").limit(limit)
    listed = whole.subquery("listed")
    run: Any = literal_column(RUN_OF.format(listed="listed")).label("run")
    query = select(*listed.c, run).order_by(listed.c.id)
    return [stored(*row) for row in await session.execute(query)]


def stored(*row: Any) -> StoredSubmission:
    """Return a row of what was recorded as a submission."""
    identity, applicant, measure, number, codes, *rest = row
    reported = Reported(number, None if codes is None else tuple(codes))
    *known, name, reported_at, obs_status, set_aside, confirmed_by, run = rest
    as_of, status, revision, reporter, kind, reference, comment, recorded_at, *more = known
    request_id, _ = more
    return StoredSubmission(
        identity, applicant, measure, reported, as_of, status, revision, reporter, name,
        kind, reference, comment, recorded_at, reported_at, obs_status, set_aside, confirmed_by,
        request_id, run,
    )  # fmt: skip


def _recorded(
    table: type[Any], round_id: int, after: int, limit: int, asked: Asked, *, keeps: bool
) -> Select[Any]:
    """Select from one of both tables; a schema that *keeps* nothing aside lacks columns, too."""
    columns = [getattr(table, name) for name in RECORDED]
    query = (
        select(*columns, ReporterRow.name, *_more(table, keeps=keeps))
        .join(ReporterRow, ReporterRow.id == table.reporter)
        .where(table.round == round_id, table.id > after)
        .order_by(table.id)
        .limit(limit)
    )
    reach = asked.reach
    if asked.applicant is not None:
        query = query.where(table.applicant == asked.applicant)
    if asked.measure is not None:
        query = query.where(table.measure == asked.measure)
    query = query.where(*_limits(table, round_id, asked))
    if reach.applicants is not None:
        query = query.where(table.applicant == func.any(list(reach.applicants)))
    if reach.measures is not None:
        query = query.where(table.measure == func.any(list(reach.measures)))
    if asked.set_aside == "superseded":
        query = query.where(AsideRow.set_aside == asked.set_aside)
    if asked.set_aside == "held":
        query = query.where(text(AWAITS))
    if reach.expert is None:
        return query
    if table is AsideRow:  # a mark that never stood opens no other's, and is shown to nobody else
        return query.where(table.reporter == reach.expert)
    return query.where(_open_to(reach.expert, round_id, asked.applicant, asked.measure))


def _limits(table: type[Any], round_id: int, asked: Asked) -> list[ColumnElement[bool]]:
    """Return what limits a list by when, by whom and by which run."""
    limits: list[ColumnElement[bool]] = []
    if asked.recorded_from is not None:
        limits.append(table.recorded_at >= asked.recorded_from)
    if asked.recorded_until is not None:
        limits.append(table.recorded_at < asked.recorded_until)
    if asked.reporter is not None:
        limits.append(ReporterRow.name == asked.reporter)
    if asked.reporter is not None and asked.asking is not None:
        named = table.kind.in_([ReporterKind.SOURCE, ReporterKind.APPLICANT])
        limits.append(or_(named, table.reporter == asked.asking))
    if asked.run is not None:
        taken_in = "SELECT unnest(submissions) FROM run_input WHERE round = :round AND run = :run"
        limits.append(table.id.in_(text(taken_in).bindparams(round=round_id, run=asked.run)))
    return limits


def _more(table: type[Any], *, keeps: bool) -> list[Any]:
    """Return what is known from step 0012 on: moment, status, why it is set aside, by whom not."""
    nothing, nobody = cast(null(), Text), cast(null(), BigInteger)
    if table is AsideRow:
        return [table.reported_at, table.obs_status, table.set_aside, nobody]
    if keeps:
        return [table.reported_at, table.obs_status, nothing.label("set_aside"), table.confirmed_by]
    return [nothing.label(each) for each in ("reported_at", "obs_status", "set_aside", "by")]


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
    """Say whether the round has a submission of this id, set aside or not."""
    given = {"round": round_id, "id": submission}
    query = text("SELECT EXISTS (SELECT FROM submission WHERE round = :round AND id = :id)")
    found: bool = (await session.scalars(query, given)).one()
    if not found and (await session.scalars(KEEPS_ASIDE)).one():
        query = text(
            "SELECT EXISTS (SELECT FROM submission_aside WHERE round = :round AND id = :id)"
        )
        found = (await session.scalars(query, given)).one()
    return found


async def held(session: Session, round_id: int, submission: int) -> NewSubmission | None:
    """Return what awaits confirmation under this id, to be said again; None: nothing does."""
    query = select(AsideRow).where(
        AsideRow.round == round_id, AsideRow.id == submission, text(AWAITS)
    )
    row = (await session.scalars(query)).first()
    if row is None:
        return None
    return NewSubmission(
        applicant=row.applicant,
        measure=row.measure,
        reporter=row.reporter,
        kind=row.kind,
        as_of=row.as_of,
        reported=Reported(row.number, None if row.codes is None else tuple(row.codes)),
        reference=row.reference,
        comment=row.comment,
        request_id=row.request_id,
        reported_at=row.reported_at,
        obs_status=row.obs_status,
        doubt=row.set_aside,
    )
