"""What two kinds of reporters say of the same: side by side, the furthest apart first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.database import Session
from shared.scoring.framework import Measure, MeasureType
from shared.submissions.list_store import last_taken_in
from shared.submissions.standing import standing
from shared.submissions.tolerance import beyond, difference
from shared.submissions.values import Reported

NOMINAL = {MeasureType.CATEGORY, MeasureType.FLAG}

Key = tuple[float, str, str, int]
"""A place in the list: weight, applicant, measure, and how far down the measure's order the kind
stands. The weight is 0 where both agree, infinite where nothing relative can be said."""


@dataclass(frozen=True, slots=True)
class StatedValue:
    """What a kind of reporter stands by, and the submission that says so."""

    kind: str
    reported: Reported
    as_of: date
    id: int


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One applicant's measure as two kinds of reporters state it; *counted* outranks *other*.

    *difference* is the other's number less the counted one; of codes, how many only one of both
    has; None for categories and flags. *relative* is |difference| / |counted| (of codes: / how
    many there are), None where that is 0. What is *beyond* exceeds the measure's tolerance.
    """

    applicant: str
    measure: str
    counted: StatedValue
    other: StatedValue
    difference: float | None
    relative: float | None
    beyond: bool
    key: Key


@dataclass(frozen=True, slots=True)
class Scope:
    """What is compared: these measures, of some applicants, of a *kind* or all, agreeing or not.

    Measures have no panel and several kinds of reporters; others have nothing to compare. As of a
    *run*, which never changes: what was recorded up to the last that it took in, of who took part.
    """

    measures: Sequence[Measure]
    applicants: Sequence[str] | None = None
    only_beyond: bool = True
    run: int | None = None
    kind: str | None = None


# As it now is, what waits for the next run is read, too: who corrects a value sees at once whether
# it still differs. Of a kind's reporters the greatest date
# counts, then the last recorded. Differences are those of the decimals that were written.
PAGE = """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(
            CAST(:measures AS text[]), CAST(:kinds AS text[]), CAST(:priorities AS bigint[]),
            CAST(:tolerances AS float8[]), CAST(:nominal AS boolean[])
        ) AS asked (measure, kind, priority, tolerance, nominal)
    ), said AS (
        {standing}
    ), stands AS (
        SELECT DISTINCT ON (applicant, measure, kind)
            applicant, measure, kind, as_of, id, number, codes, priority, tolerance, nominal
        FROM said JOIN asked USING (measure, kind)
        ORDER BY applicant DESC, measure DESC, kind DESC, as_of DESC, id DESC
    ), pair AS (
        SELECT *, row_number() OVER best AS place,
            first_value(kind) OVER best AS own_kind, first_value(as_of) OVER best AS own_as_of,
            first_value(id) OVER best AS own_id, first_value(number) OVER best AS own_number,
            first_value(codes) OVER best AS own_codes
        FROM stands
        WINDOW best AS (PARTITION BY applicant, measure ORDER BY priority)
    ), measured AS MATERIALIZED (
        SELECT *, (number, codes) IS DISTINCT FROM (own_number, own_codes) AS differs,
            coalesce(abs(own_number)::numeric, cardinality(own_codes)) AS base,
            CASE
                WHEN nominal THEN NULL
                WHEN codes IS NULL THEN {difference}
                ELSE (SELECT count(*) FROM unnest(codes || own_codes) AS one (code)
                    WHERE code <> ALL (codes) OR code <> ALL (own_codes)) END AS difference
        FROM pair
        WHERE place > 1 AND applicant IN ({cohort})
    ), judged AS (
        SELECT *,
            CASE WHEN base > 0 AND NOT nominal
                THEN least(abs(difference) / base, {largest})::float8 END AS relative,
            CASE
                WHEN tolerance IS NULL THEN false
                WHEN nominal THEN differs
                ELSE {beyond} END AS beyond
        FROM measured
    ), weighed AS (
        SELECT *, CASE WHEN differs THEN coalesce(relative, 'Infinity') ELSE 0 END AS weight
        FROM judged
    )
    SELECT applicant, measure, own_kind, own_number, own_codes, own_as_of, own_id,
        kind, number, codes, as_of, id,
        CASE WHEN difference IS NOT NULL
            THEN greatest(least(difference, {largest}), -{largest})::float8 END,
        relative, beyond, weight, priority
    FROM weighed
    WHERE (beyond OR NOT :only_beyond) {behind}
    ORDER BY -weight, applicant, measure, priority LIMIT :limit
"""
COMPARED = "measure = ANY (CAST(:measures AS text[]))"
SOME = "applicant = ANY (CAST(:applicants AS text[]))"
COHORT = """
    SELECT applicant FROM entry
    WHERE round = :round AND state = 'accepted' AND kind = coalesce(:kind, kind)
"""
COHORT_OF_RUN = """
    SELECT applicant FROM entry
    WHERE round = :round AND kind = coalesce(:kind, kind) AND NOT coalesce((
        SELECT withdrawn FROM score_version AS version
        WHERE version.round = entry.round AND version.applicant = entry.applicant
            AND version.run <= :run
        ORDER BY version.run DESC LIMIT 1
    ), true)
"""
BEHIND = """AND (-weight, applicant, measure, priority)
    > (-CAST(:weight AS float8), :applicant, :measure, :priority)"""
LARGEST = "1.7976931348623157e308::numeric"


async def page(
    session: Session,
    round_id: int,
    reference_date: date,
    scope: Scope,
    after: Key | None,
    limit: int,
) -> list[Discrepancy]:
    """Return at most *limit* discrepancies of who takes part, from behind *after* on.

    The furthest apart come first: those of which nothing relative can be said, then in falling
    order of it, then of applicant and measure.
    """
    asked = [
        (measure, kind, priority)
        for measure in scope.measures
        for priority, kind in enumerate(measure.reported_by)
    ]
    parameters: dict[str, Any] = {
        "round": round_id,
        "reference_date": reference_date,
        "measures": [measure.code for measure, _, _ in asked],
        "kinds": [str(kind) for _, kind, _ in asked],
        "priorities": [priority for _, _, priority in asked],
        "tolerances": [measure.tolerance for measure, _, _ in asked],
        "nominal": [measure.type in NOMINAL for measure, _, _ in asked],
        "only_beyond": scope.only_beyond,
        "kind": scope.kind,
        "limit": limit,
    }
    which, cohort, behind = COMPARED, COHORT, ""
    if scope.run is not None:  # writers of a round take turns: ids follow moments
        which, cohort = f"{COMPARED} AND id <= :until", COHORT_OF_RUN
        until = await last_taken_in(session, round_id, scope.run)
        parameters |= {"run": scope.run, "until": until}
    if scope.applicants is not None:
        which = f"{SOME} AND {which}"
        parameters["applicants"] = list(scope.applicants)
    if after is not None:
        behind = BEHIND
        names = ("weight", "applicant", "measure", "priority")
        parameters |= dict(zip(names, after, strict=True))
    said = standing(":round", ":reference_date", which)
    query = PAGE.format(
        standing=said,
        cohort=cohort,
        difference=difference("number", "own_number"),
        beyond=beyond("difference", "tolerance", "base"),
        behind=behind,
        largest=LARGEST,
    )
    return [_read(*row) for row in await session.execute(text(query), parameters)]


def _read(applicant: str, measure: str, *row: Any) -> Discrepancy:
    own, other, (difference, relative, beyond, weight, priority) = row[:5], row[5:10], row[10:]
    return Discrepancy(
        applicant=applicant,
        measure=measure,
        counted=_statement(*own),
        other=_statement(*other),
        difference=difference,
        relative=relative,
        beyond=beyond,
        key=(weight, applicant, measure, priority),
    )


def _statement(
    kind: str, number: float | None, codes: list[str] | None, as_of: date, identity: int
) -> StatedValue:
    return StatedValue(
        kind, Reported(number, None if codes is None else tuple(codes)), as_of, identity
    )
