"""Scores as readers ask for them: the whole cohort's totals, some applicants' lines, a history."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import asyncpg
from sqlalchemy import text

from shared.core.errors import NotFound
from shared.database import Database, Driver, Session
from shared.runs.holding import holding


class Names(NamedTuple):
    """Which names go with a ranking: those of a version, or of now (*as_of* is None).

    *version* grows when any applicant changes, by whichever clock; *changed_at* tells apart what
    has the same version after a restore. Neither matters to those of a version, which stay.
    """

    changed_at: datetime | None
    version: int | None
    as_of: int | None = None


class AsOf(NamedTuple):
    """A run, by number and time: after a restore the same number may name another run."""

    run: int
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """Where a round stands: its last run (0: none), and whether changes wait for the next.

    *failed* says that the round is set aside.
    """

    run: int
    recorded_at: datetime | None
    changes_wait: bool
    failed: bool
    names: Names

    @property
    def state(self) -> Literal["current", "recomputing", "failed"]:
        """Whether scores are up to date, in a word."""
        if not self.changes_wait:
            return "current"
        return "failed" if self.failed else "recomputing"

    @property
    def as_of(self) -> AsOf:
        """The run that the scores are of."""
        return AsOf(self.run, self.recorded_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """The cohort as of a run, as columns in order of applicant."""

    applicants: list[str]
    kinds: list[str]
    totals: list[int]
    coverage: list[float]
    blocked: list[bool]

    def moved(self, versions: Iterable[Sequence[Any]]) -> "Standing":
        """Return the standing after *versions*, all there are of the runs since, in their order.

        A version is an applicant, whether it was withdrawn, and the values of the other columns.
        """
        columns: list[list[Any]] = [
            self.applicants.copy(),
            self.kinds.copy(),
            self.totals.copy(),
            self.coverage.copy(),
            self.blocked.copy(),
        ]
        for applicant, withdrawn, *row in versions:
            at = bisect_left(columns[0], applicant)
            end = at + (columns[0][at : at + 1] == [applicant])
            for column, value in zip(columns, (applicant, *row), strict=True):
                column[at:end] = [] if withdrawn else [value]
        return Standing(*columns)


@dataclass(frozen=True, slots=True)
class Lines:
    """One applicant's lines from a run on; arrays follow the framework's indicators."""

    run: int
    recorded_at: datetime
    total: int
    coverage: float
    blocked: bool
    withdrawn: bool
    values: list[float]
    shares: list[float]
    units: list[int]
    flags: list[int]


LOOK = """
    SELECT coalesce(run.number, 0), run.recorded_at,
        EXISTS (
            SELECT FROM submission_change
            WHERE round = {round_id} AND id > coalesce(run.changes_until, 0)
        ),
        EXISTS (SELECT FROM round_failure WHERE round = {round_id}),
        (SELECT max(changed_at) FROM applicant),
        (SELECT max(version) FROM applicant)
    FROM (SELECT CAST(0 AS bigint) AS changes_until) AS nothing_known
    LEFT JOIN LATERAL (
        SELECT number, recorded_at, changes_until FROM run
        WHERE round = {round_id} ORDER BY number DESC LIMIT 1
    ) AS run ON true
"""
"""The run is looked up once, and its high-water mark with it: on a schema before 0007 that is the 0
of `nothing_known`, as in `TAKEN_UNTIL`."""

FRESHNESS = text(LOOK.format(round_id=":round"))
GLANCE = LOOK.format(round_id="$1")


async def freshness(session: Session, round_id: int) -> Freshness:
    """Return where the round stands now, in one look at it."""
    return _fresh((await session.execute(FRESHNESS, {"round": round_id})).one())


def _fresh(row: Sequence[Any]) -> Freshness:
    run, recorded_at, changes_wait, failed, *names = row
    return Freshness(run, recorded_at, changes_wait, failed, Names(*names))


async def glance(database: Database, round_id: int) -> Freshness:
    """Return what `freshness` does for a fraction of its cost: rankings are read all the time.

    It goes past the session, whose work is several times that of the statement; if the connection
    turns out to be lost, through the session after all, which knows how to say so.
    """
    try:
        return _fresh(await database.row(GLANCE, round_id))
    except TimeoutError:
        raise  # to ask again would keep whoever waits twice as long
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        async with database.reading() as session:
            return await freshness(session, round_id)


PAST = text("""
    SELECT past.recorded_at, past.names
    FROM (SELECT CAST(NULL AS bigint) AS names_version) AS nothing_known
    CROSS JOIN LATERAL (
        SELECT recorded_at, names_version AS names FROM run
        WHERE round = :round AND number = :run
    ) AS past
""")
"""On a schema before 0022 runs know of no names: those of `nothing_known` are of now."""


async def past(session: Session, round_id: int, run: int, now: Names) -> Freshness:
    """Return where the round stood as of *run*, with the names of then; *now* has those of now.

    Raises: NotFound.
    """
    row = (await session.execute(PAST, {"round": round_id, "run": run})).first()
    if row is None:
        raise NotFound(f"the round has no run {run}")
    recorded_at, as_of = row
    names = now if as_of is None else Names(None, None, as_of)
    return Freshness(run, recorded_at, changes_wait=False, failed=False, names=names)


async def standing(session: Session, round_id: int, run: int) -> Standing:
    """Return the totals that hold as of *run*, of everybody who then took part."""
    columns = "total, coverage, blocked, withdrawn"
    latest = holding(":round", "entry.applicant", ":run", columns)
    query = text(f"""
        SELECT array_agg(entry.applicant ORDER BY entry.applicant),
            array_agg(entry.kind ORDER BY entry.applicant),
            array_agg(latest.total ORDER BY entry.applicant),
            array_agg(latest.coverage ORDER BY entry.applicant),
            array_agg(latest.blocked ORDER BY entry.applicant)
        FROM entry CROSS JOIN LATERAL ({latest}) AS latest
        WHERE entry.round = :round AND NOT latest.withdrawn
    """)  # noqa: S608 -- all of it is ours
    found = (await session.execute(query, {"round": round_id, "run": run})).one()
    return Standing(*(column or [] for column in found))


MOST_MOVES = 1_000
"""Versions that are read to move a standing on; beyond, it is dearer than reading anew."""

MOVES = text("""
    SELECT version.applicant, withdrawn, kind, total, coverage, blocked
    FROM run AS base
    LEFT JOIN LATERAL (
        SELECT * FROM score_version
        WHERE score_version.round = base.round
            AND score_version.run > base.number AND score_version.run <= :run
        ORDER BY score_version.run LIMIT :limit
    ) AS version ON true
    LEFT JOIN LATERAL (
        SELECT kind FROM entry
        WHERE entry.round = version.round AND entry.applicant = version.applicant LIMIT 1
    ) AS who ON true
    WHERE base.round = :round AND base.number = :after AND base.recorded_at = :recorded_at
    ORDER BY version.run
""")


async def moved_on(
    session: Session, round_id: int, earlier: Standing, since: AsOf, run: int
) -> Standing | None:
    """Return what `standing` does, given an *earlier* one and the run *since* which it holds.

    None where that costs more, or the round has no such run: its history is then another one.
    """
    parameters = {
        "round": round_id,
        "after": since.run,
        "recorded_at": since.recorded_at,
        "run": run,
        "limit": MOST_MOVES,
    }
    moves = (await session.execute(MOVES, parameters)).all()
    if not moves or len(moves) == MOST_MOVES:
        return None
    # Where nothing moved, one row without a version says that the round has the run.
    return earlier.moved(move for move in moves if move.applicant is not None)


VERSIONS = """
    SELECT {applicant}, version.run, run.recorded_at, version.total, version.coverage,
        version.blocked, version.withdrawn, version.values, version.shares, version.units,
        version.flags
    FROM {versions} AS version
    JOIN run ON run.round = {round_id} AND run.number = version.run
"""


async def lines(
    session: Session, round_id: int, applicants: Sequence[str], run: int
) -> dict[str, Lines]:
    """Return the lines of *applicants* that hold as of *run*, by applicant."""
    latest = f"""
        unnest(CAST(:applicants AS text[])) AS who (code)
        CROSS JOIN LATERAL ({holding(":round", "who.code", ":run")})
    """
    query = text(VERSIONS.format(round_id=":round", applicant="who.code", versions=latest))
    parameters = {"round": round_id, "applicants": list(applicants), "run": run}
    return {row[0]: Lines(*row[1:]) for row in await session.execute(query, parameters)}


ONE = VERSIONS.format(
    round_id="$1",
    applicant="1",
    versions=f"({holding('$1', '$2', '$3')})",
)


async def lines_of(driver: Driver, round_id: int, applicant: str, run: int) -> Lines:
    """Return what `lines` does, for one applicant who has a score as of *run*, at less cost."""
    _, *columns = await driver.fetchrow(ONE, round_id, applicant, run)
    return Lines(*columns)


async def history(
    session: Session, round_id: int, applicant: str, before: int | None, limit: int
) -> list[Lines]:
    """Return at most *limit* versions of an applicant's score, newest first, below run *before*."""
    own = """
        (SELECT * FROM score_version
        WHERE round = :round AND applicant = :applicant
            AND run < coalesce(:before, 9223372036854775807)
        ORDER BY run DESC LIMIT :limit)
    """
    query = VERSIONS.format(round_id=":round", applicant="1", versions=own)
    parameters = {"round": round_id, "applicant": applicant, "before": before, "limit": limit}
    found = await session.execute(text(f"{query} ORDER BY version.run DESC"), parameters)
    return [Lines(*row[1:]) for row in found]
