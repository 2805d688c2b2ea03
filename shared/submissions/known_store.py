"""What stood at a moment about a date: what was known then, and of when it is true."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from shared.database import Session
from shared.submissions.list_store import KEEPS_ASIDE, RECORDED, RUN_OF, StoredSubmission, stored
from shared.submissions.standing import standing


@dataclass(frozen=True, slots=True)
class Known:
    """What is asked: recorded up to *known_at*, of dates up to *valid_at*; None is no limit.

    Of one applicant, measure or *reporter*, by name, or of all.
    """

    valid_at: date
    known_at: datetime | None = None
    applicant: str | None = None
    measure: str | None = None
    reporter: str | None = None


Key = tuple[str, str, int]
"""Where a row has its place: applicant, measure, reporter."""

WHICH = {
    "known_at": "recorded_at <= :known_at",
    "applicant": "applicant = :applicant",
    "measure": "measure = :measure",
    "reporter": "reporter = (SELECT id FROM reporter WHERE name = :reporter)",
}
BEHIND = "(applicant, measure, reporter) > (:after_applicant, :after_measure, :after_reporter)"


async def page(
    session: Session, round_id: int, after: Key | None, limit: int, known: Known
) -> list[StoredSubmission]:
    """Return at most *limit* values that stood, one of an applicant, measure and reporter each.

    In this order, from behind *after*. Nothing recorded later changes the answer.
    """
    given = {name: getattr(known, name) for name in WHICH}
    parameters = {name: value for name, value in given.items() if value is not None}
    which = [WHICH[name] for name in parameters]
    if after is not None:
        which.append(BEHIND)
        names = ("after_applicant", "after_measure", "after_reporter")
        parameters |= dict(zip(names, after, strict=True))
    stands = standing(":round", ":valid_at", " AND ".join(which) or "true", "ASC")
    more = "NULL, NULL, NULL, NULL"
    if (await session.scalars(KEEPS_ASIDE)).one():
        more = "reported_at, obs_status, NULL, confirmed_by"
    columns = ", ".join(f"stands.{name}" for name in RECORDED)
    query = text(f"""
        SELECT {columns}, reporter.name, {more}, {RUN_OF.format(listed="stands")}
        FROM ({stands} LIMIT :limit) AS stands
        JOIN reporter ON reporter.id = stands.reporter
        ORDER BY stands.applicant, stands.measure, stands.reporter
    """)  # noqa: S608 -- all of it is ours
    parameters |= {"round": round_id, "valid_at": known.valid_at, "limit": limit}
    return [stored(*row) for row in await session.execute(query, parameters)]


REVISIONS = text("""
    SELECT as_of, max(revision) FROM submission
    WHERE round = :round AND applicant = :applicant AND measure = :measure AND reporter = :reporter
    GROUP BY as_of
""")


async def revisions(
    session: Session, round_id: int, applicant: str, measure: str, reporter: int
) -> dict[date, int]:
    """Return the last revision of each date that the reporter said anything of, withdrawals too."""
    said = {"applicant": applicant, "measure": measure, "reporter": reporter}
    found = await session.execute(REVISIONS, {"round": round_id} | said)
    return {row[0]: row[1] for row in found}
