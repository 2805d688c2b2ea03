"""What an expert has yet to mark: whoever lacks a mark first, some at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from shared.database import Session
from shared.panels.store import OF_ENTRY
from shared.submissions.standing import REFERENCE_DATE, standing

# LIMIT keeps each pair a look-up of its own, as in `store.OUTSTANDING`.
WORK = """
    WITH work AS MATERIALIZED (
        SELECT who.applicant,
            coalesce(array_agg(what.code ORDER BY what.at) FILTER (WHERE mark.id IS NULL), '{{}}')
                AS missing
        FROM entry AS who
        CROSS JOIN unnest(CAST(:measures AS text[])) WITH ORDINALITY AS what (code, at)
        LEFT JOIN LATERAL (
            {mark} LIMIT 1
        ) AS mark ON true
        WHERE who.round = :round AND who.state = 'accepted'
            AND who.applicant <> ALL (CAST(:tied AS text[]))
            AND (CAST(:among AS text[]) IS NULL OR who.applicant = ANY (CAST(:among AS text[])))
        GROUP BY who.applicant
    )
    SELECT counted.applicants, counted.missing, page.applicant, page.missing
    FROM (
        SELECT count(*) AS applicants, coalesce(sum(cardinality(missing)), 0) AS missing FROM work
    ) AS counted
    LEFT JOIN (
        SELECT * FROM work
        ORDER BY cardinality(missing) = 0, applicant LIMIT :limit OFFSET :offset
    ) AS page ON true
    ORDER BY cardinality(page.missing) = 0, page.applicant
"""


@dataclass(frozen=True, slots=True)
class Mine:
    """Whom an expert may mark: *tied* are left out, *among* limits them, None: to nobody."""

    expert: int
    measures: Sequence[str]
    tied: Collection[str]
    among: Collection[str] | None


@dataclass(frozen=True, slots=True)
class Work:
    """How many *applicants* there are to mark, how many marks are *missing* of them in all.

    *page* has, of those asked for, the measures of which no mark stands.
    """

    applicants: int
    missing: int
    page: Mapping[str, Sequence[str]]


async def work(session: Session, round_id: int, mine: Mine, offset: int, limit: int) -> Work:
    """Return what is left to mark, of at most *limit* applicants behind *offset* others.

    Those who lack a mark come first; of each the measures in the order that *mine* has.
    """
    query = text(WORK.format(mark=standing(":round", REFERENCE_DATE, OF_ENTRY)))
    parameters = {
        "round": round_id,
        "expert": mine.expert,
        "measures": list(mine.measures),
        "tied": list(mine.tied),
        "among": None if mine.among is None else list(mine.among),
        "limit": limit,
        "offset": offset,
    }
    found = (await session.execute(query, parameters)).all()
    applicants, missing, *_ = found[0]
    page = {code: codes for _, _, code, codes in found if code is not None}
    return Work(applicants, int(missing), page)
