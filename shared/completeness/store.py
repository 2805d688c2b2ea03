"""Completeness, counted when it is asked: one statement for a page, and one for its slices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from shared.batches import slice_store as slices
from shared.batches.slices import Coverage
from shared.database import Session
from shared.rounds.store import RoundFacts
from shared.submissions.standing import standing

MOST_NAMED = 100
"""Applicants that a line names of those who lack."""

EVERYBODY = 0
"""Stands for all reporters together; no reporter has this id."""

Key = tuple[int, int]
"""A place in the list: where the measure stands among those asked for, and the reporter."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted: these measures, of some applicants or all, each of *kinds* by itself.

    *at_least* says of each measure how many reporters it takes until a value counts.
    """

    measures: Sequence[str]
    at_least: Sequence[int]
    applicants: Sequence[str] | None
    kinds: Sequence[str]


@dataclass(frozen=True, slots=True)
class Line:
    """Of whom *reporter* has said a measure, or everybody together.

    Counted are entered applicants: all of them, but of a kind `applicant` those of whom it ever
    spoke. *stopped* are those that lack of whom something was said and taken back.
    """

    key: Key
    measure: str
    reporter: int
    reporter_name: str
    kind: str | None
    expected: int
    counted: int
    lacking: tuple[str, ...]
    stopped_count: int
    stopped: tuple[str, ...]
    latest_as_of: date | None
    oldest_as_of: date | None
    last_recorded_at: datetime | None

    @property
    def lacking_count(self) -> int:
        """How many of those expected have no value that counts."""
        return self.expected - self.counted


PAGE = """
    WITH asked AS MATERIALIZED (
        SELECT measure, at_least, position + CAST(:passed AS bigint) AS position
        FROM unnest(CAST(:measures AS text[]), CAST(:at_least AS bigint[]))
            WITH ORDINALITY AS asked (measure, at_least, position)
    ), entered AS MATERIALIZED (
        SELECT applicant FROM entry WHERE round = :round AND state = 'accepted' {within}
    ), said AS MATERIALIZED (
        SELECT measure, reporter, applicant, min(kind) AS kind, max(recorded_at) AS recorded_at,
            bool_or(status = 'withdrawn') AS withdrawn
        FROM submission WHERE round = :round AND {which}
        GROUP BY measure, reporter, applicant
    ), stands AS MATERIALIZED (
        {standing}
    ), spoken AS MATERIALIZED (
        SELECT measure, reporter, applicant, kind, recorded_at, withdrawn FROM said
        UNION ALL
        SELECT measure, {everybody}, applicant, NULL, max(recorded_at), bool_or(withdrawn) FROM said
        GROUP BY measure, applicant
    ), held AS MATERIALIZED (
        SELECT measure, reporter, applicant, as_of FROM stands
        UNION ALL
        SELECT measure, {everybody}, applicant, max(as_of) FROM stands JOIN asked USING (measure)
        GROUP BY measure, applicant, at_least
        HAVING count(*) FILTER (WHERE kind <> 'adjudicator') >= at_least
            OR bool_or(kind = 'adjudicator')
    ), came AS MATERIALIZED (
        SELECT measure, reporter, min(kind) AS kind, max(recorded_at) AS recorded_at
        FROM spoken GROUP BY measure, reporter
    ), line AS (
        SELECT position, measure, {everybody} AS reporter, '' AS name, NULL AS kind FROM asked
        UNION ALL
        SELECT position, measure, came.reporter, who.name, came.kind
        FROM came JOIN asked USING (measure) JOIN reporter AS who ON who.id = came.reporter
        WHERE came.kind = ANY (CAST(:kinds AS text[]))
    ), page AS MATERIALIZED (
        SELECT * FROM line WHERE (position, reporter) > (:position, :reporter)
        ORDER BY position, reporter LIMIT :limit
    ), expected AS (
        SELECT measure, reporter, applicant FROM page CROSS JOIN entered
        WHERE kind IS DISTINCT FROM 'applicant'
        UNION ALL
        SELECT measure, reporter, applicant
        FROM page JOIN spoken USING (measure, reporter) JOIN entered USING (applicant)
        WHERE page.kind = 'applicant'
    ), counted AS MATERIALIZED (
        SELECT measure, reporter, applicant, as_of
        FROM expected LEFT JOIN held USING (measure, reporter, applicant)
    ), told AS (
        SELECT measure, reporter, count(*) AS expected, count(as_of) AS counted,
            max(as_of) AS latest_as_of, min(as_of) AS oldest_as_of
        FROM counted GROUP BY measure, reporter
    ), without AS (
        SELECT measure, reporter,
            (array_agg(applicant ORDER BY applicant))[1:{most}] AS lacking,
            count(*) FILTER (WHERE withdrawn) AS stopped_count,
            (array_agg(applicant ORDER BY applicant) FILTER (WHERE withdrawn))[1:{most}] AS stopped
        FROM counted LEFT JOIN spoken USING (measure, reporter, applicant)
        WHERE as_of IS NULL GROUP BY measure, reporter
    )
    SELECT position, measure, reporter, name, page.kind,
        coalesce(expected, 0), coalesce(counted, 0),
        coalesce(lacking, '{{}}'), coalesce(stopped_count, 0), coalesce(stopped, '{{}}'),
        latest_as_of, oldest_as_of, recorded_at
    FROM page
    LEFT JOIN told USING (measure, reporter)
    LEFT JOIN without USING (measure, reporter)
    LEFT JOIN came USING (measure, reporter)
    ORDER BY position, reporter
"""
OF_MEASURES = "measure = ANY (CAST(:measures AS text[]))"
OF_APPLICANTS = "applicant = ANY (CAST(:applicants AS text[]))"


async def page(
    session: Session, round_: RoundFacts, scope: Scope, after: Key | None, limit: int
) -> list[Line]:
    """Return at most *limit* lines from behind *after* on, by measure.

    Of a measure the line of everybody comes first, whether anybody reported or not, then those of
    its reporters. What waits for the next run is counted, too.

    Every measure has a line, so no more measures are read than the page has lines, and the one at
    which the last page ended.
    """
    which, within = OF_MEASURES, ""
    position, reporter = after or (0, EVERYBODY)
    passed = max(position - 1, 0)
    read = slice(passed, passed + limit + 1)
    parameters: dict[str, Any] = {
        "round": round_.id,
        "reference_date": round_.reference_date,
        "passed": passed,
        "measures": list(scope.measures[read]),
        "at_least": list(scope.at_least[read]),
        "kinds": list(scope.kinds),
        "position": position,
        "reporter": reporter,
        "limit": limit,
    }
    if scope.applicants is not None:
        which, within = f"{OF_APPLICANTS} AND {OF_MEASURES}", f"AND {OF_APPLICANTS}"
        parameters["applicants"] = list(scope.applicants)
    query = PAGE.format(
        standing=standing(":round", ":reference_date", which),
        which=which,
        within=within,
        everybody=EVERYBODY,
        most=MOST_NAMED,
    )
    return [_read(*row) for row in await session.execute(text(query), parameters)]


def _read(position: int, *row: Any) -> Line:
    measure, reporter, name, kind, expected, counted, lacking, number, stopped, *moments = row
    return Line(
        (position, reporter),
        measure,
        reporter,
        name,
        kind,
        expected,
        counted,
        tuple(lacking),
        number,
        tuple(stopped),
        *moments,
    )


@dataclass(frozen=True, slots=True)
class LastSlice:
    """The slice of the greatest date that a reporter declared of a measure, and its batch."""

    batch: int
    recorded_at: datetime
    coverage: Coverage


LAST_SLICES = """
    SELECT asked.measure, asked.reporter, batch.id, batch.recorded_at, {coverage}
    FROM unnest(CAST(:measures AS text[]), CAST(:reporters AS bigint[]))
        AS asked (measure, reporter)
    CROSS JOIN LATERAL (
        SELECT batch_slice.* FROM batch_slice
        JOIN batch ON batch.round = batch_slice.round AND batch.id = batch_slice.batch
        WHERE batch_slice.round = :round AND batch_slice.measure = asked.measure
            AND batch_slice.reporter = asked.reporter AND batch.outcome <> 'none_committed'
        ORDER BY batch_slice.as_of DESC, batch_slice.batch DESC LIMIT 1
    ) AS slice
    JOIN batch ON batch.round = slice.round AND batch.id = slice.batch
"""


async def last_slices(
    session: Session, round_id: int, of: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], LastSlice]:
    """Return the last slice of each measure and reporter in *of* that declared one.

    A slice whose file was refused counts for nothing. None before step 0013 of the schema.
    """
    if not of or not await slices.kept(session):
        return {}
    query = LAST_SLICES.format(coverage=", ".join(f"slice.{each}" for each in slices.KEPT))
    measures, reporters = ([*column] for column in zip(*of, strict=True))
    parameters = {"round": round_id, "measures": measures, "reporters": reporters}
    found = await session.execute(text(query), parameters)
    return {
        (measure, reporter): LastSlice(batch, recorded_at, Coverage(*coverage))
        for measure, reporter, batch, recorded_at, *coverage in found
    }
