"""Adjudications, and the panels that await one."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from shared.database import Session
from shared.submissions.sight import changed_after_sight
from shared.submissions.standing import REFERENCE_DATE
from shared.submissions.standing import standing as stands
from shared.submissions.tolerance import beyond, difference


@dataclass(frozen=True, slots=True)
class StandingAdjudication:
    """An adjudicated mark that stands; *reporter* is the administrator."""

    reporter: int
    value: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class PanelLine:
    """What a panel says of one applicant and measure, and how that was settled, if it was.

    *experts*, *names*, *marks* and *revised* correspond, ordered from the lowest mark up; *revised*
    says that the expert changed the mark when it could read others'.
    """

    applicant: str
    measure: str
    experts: list[int]
    names: list[str]
    marks: list[float]
    adjudicator: str | None
    adjudicated: float | None
    reason: str | None
    revised: list[bool]


STANDING = """
    SELECT reporter, number, comment FROM ({standing}) AS stands
    WHERE kind = 'adjudicator' ORDER BY id
"""
OF_ONE = "applicant = :applicant AND measure = :measure"

# The natural key's index brings the rows in the order of the page, so that reading ends with it.
PAGE = """
    WITH asked AS (
        SELECT CAST(:measures AS text[]) AS measures, CAST(:tolerances AS float8[]) AS tolerances
    ), panel AS (
        SELECT applicant, measure,
            array_agg(reporter ORDER BY number, id) FILTER (WHERE kind = 'expert') AS experts,
            array_agg(number ORDER BY number, id) FILTER (WHERE kind = 'expert') AS marks,
            max(number) FILTER (WHERE kind = 'expert') AS highest,
            min(number) FILTER (WHERE kind = 'expert') AS lowest,
            (array_agg(reporter ORDER BY id DESC) FILTER (WHERE kind = 'adjudicator'))[1]
                AS adjudicator,
            (array_agg(number ORDER BY id DESC) FILTER (WHERE kind = 'adjudicator'))[1]
                AS adjudicated,
            (array_agg(comment ORDER BY id DESC) FILTER (WHERE kind = 'adjudicator'))[1]
                AS reason
        FROM ({standing}) AS stands GROUP BY applicant, measure
    ), revised AS (
        SELECT applicant, measure FROM ({changed}) AS changed WHERE id IS NOT NULL
    ), shown AS (
        SELECT panel.* FROM panel, asked
        WHERE CASE
            WHEN adjudicator IS NOT NULL THEN :settled
            ELSE :open AND ({wide} OR (applicant, measure) IN (SELECT * FROM revised))
        END
        ORDER BY applicant, measure LIMIT :limit
    )
    SELECT applicant, measure, coalesce(experts, '{{}}'),
        ARRAY(
            SELECT (SELECT name FROM reporter WHERE reporter.id = expert.id)
            FROM unnest(experts) WITH ORDINALITY AS expert (id, place) ORDER BY place
        ),
        coalesce(marks, '{{}}'),
        (SELECT name FROM reporter WHERE id = adjudicator), adjudicated, reason
    FROM shown ORDER BY applicant, measure
"""
REVISED = """
    SELECT applicant, measure, reporter FROM ({changed}) AS changed WHERE id IS NOT NULL
"""
SHOWN = """applicant = ANY (CAST(:applicants AS text[]))
    AND measure = ANY (CAST(:measures AS text[]))"""
TOLERANCE = "tolerances[array_position(measures, measure)]"
BEHIND = """measure = ANY (CAST(:measures AS text[]))
    AND (applicant, measure) > (:after_applicant, :after_measure)"""


async def standing(
    session: Session, round_id: int, applicant: str, measure: str
) -> list[StandingAdjudication]:
    """Return the adjudications that stand of one applicant and measure, the last recorded last.

    They are one at most, unless two administrators settled it at the same moment.
    """
    parameters = {"round": round_id, "applicant": applicant, "measure": measure}
    query = STANDING.format(standing=stands(":round", REFERENCE_DATE, OF_ONE))
    return [StandingAdjudication(*row) for row in await session.execute(text(query), parameters)]


async def page(
    session: Session,
    round_id: int,
    panels: Sequence[tuple[str, float | None]],
    states: Sequence[str],
    after: tuple[str, str],
    limit: int,
) -> list[PanelLine]:
    """Return at most *limit* lines in order of applicant and measure, from behind *after* on.

    *panels* are the measures with a panel, each with the tolerance of its spread. Of *states*,
    `settled` are the lines whose adjudication stands, `open` those without where the spread of the
    marks is beyond the tolerance, or a mark that stands was changed after sight.
    """
    parameters = {
        "round": round_id,
        "measures": [code for code, _ in panels],
        "tolerances": [tolerance for _, tolerance in panels],
        "open": "open" in states,
        "settled": "settled" in states,
        "after_applicant": after[0],
        "after_measure": after[1],
        "limit": limit,
    }
    query = PAGE.format(
        standing=stands(":round", REFERENCE_DATE, BEHIND, way="ASC"),
        changed=changed_after_sight(":round", REFERENCE_DATE, BEHIND),
        wide=beyond(difference("highest", "lowest"), TOLERANCE),
    )
    return await _lines(session, round_id, query, parameters)


async def line(session: Session, round_id: int, applicant: str, measure: str) -> PanelLine | None:
    """Return what a panel says of one applicant and measure, however its marks lie."""
    parameters = {
        "round": round_id,
        "measures": [measure],
        "tolerances": [None],
        "open": True,
        "settled": True,
        "applicant": applicant,
        "measure": measure,
        "limit": 1,
    }
    query = PAGE.format(
        standing=stands(":round", REFERENCE_DATE, OF_ONE),
        changed=changed_after_sight(":round", REFERENCE_DATE, OF_ONE),
        wide="true",
    )
    found = await _lines(session, round_id, query, parameters)
    return found[0] if found else None


async def _lines(
    session: Session, round_id: int, query: str, parameters: dict[str, Any]
) -> list[PanelLine]:
    shown = [tuple(row) for row in await session.execute(text(query), parameters)]
    revised = await _revised_after_sight(session, round_id, {row[:2] for row in shown})
    return [
        PanelLine(*(*row, [(*row[:2], expert) in revised for expert in row[2]])) for row in shown
    ]


async def _revised_after_sight(
    session: Session, round_id: int, pairs: AbstractSet[tuple[Any, ...]]
) -> AbstractSet[tuple[Any, ...]]:
    """Return applicant, measure and expert of each mark of *pairs* changed after sight."""
    parameters = {
        "round": round_id,
        "applicants": list({applicant for applicant, _ in pairs}),
        "measures": list({measure for _, measure in pairs}),
    }
    query = REVISED.format(changed=changed_after_sight(":round", REFERENCE_DATE, SHOWN))
    return {tuple(row) for row in await session.execute(text(query), parameters)}
