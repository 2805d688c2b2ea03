"""Adjudications, and the panels that await one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from shared.database import Session
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

    *experts*, *names* and *marks* correspond, ordered from the lowest mark up.
    """

    applicant: str
    measure: str
    experts: list[int]
    names: list[str]
    marks: list[float]
    adjudicator: str | None
    adjudicated: float | None
    reason: str | None


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
    ), shown AS (
        SELECT panel.* FROM panel, asked
        WHERE CASE
            WHEN adjudicator IS NOT NULL THEN :settled
            ELSE :open AND {wide}
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
    marks is beyond the tolerance.
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
        wide=beyond(difference("highest", "lowest"), TOLERANCE),
    )
    return [PanelLine(*row) for row in await session.execute(text(query), parameters)]
