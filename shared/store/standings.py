"""Scores as readers ask for them: the whole cohort's totals, some applicants' lines, a history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.store.engine import Sessions, bare, reading


@dataclass(frozen=True, slots=True)
class Freshness:
    """Where a round stands: its last run (0: none), and whether changes wait for the next.

    *failed* says that the round is set aside; *names_changed_at* moves when any applicant does.
    """

    run: int
    recorded_at: datetime | None
    changes_wait: bool
    failed: bool
    names_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The cohort as of a run, as columns in order of applicant."""

    run: int
    applicants: list[str]
    kinds: list[str]
    totals: list[int]
    coverage: list[float]
    blocked: list[bool]

    def moved(self, run: int, versions: Sequence[Sequence[Any]]) -> "Standing":
        """Return the standing as of *run*, given every version since, in order of their runs.

        A version is an applicant, whether it was withdrawn, then the other columns' values.
        """
        columns = self.kinds, self.totals, self.coverage, self.blocked
        rows: dict[str, Sequence[Any]] = dict(
            zip(self.applicants, zip(*columns, strict=True), strict=True)
        )
        for applicant, withdrawn, *row in versions:
            if withdrawn:
                rows.pop(applicant, None)
            else:
                rows[applicant] = row
        applicants = sorted(rows)
        moved = zip(*(rows[each] for each in applicants), strict=True)
        return Standing(run, applicants, *(map(list, moved) if rows else ([], [], [], [])))


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


FRESHNESS = text("""
    SELECT coalesce(run.number, 0), run.recorded_at,
        EXISTS (SELECT FROM submission_change WHERE round = :round),
        EXISTS (SELECT FROM round_failure WHERE round = :round),
        (SELECT max(changed_at) FROM applicant)
    FROM (SELECT) AS once
    LEFT JOIN (
        SELECT number, recorded_at FROM run WHERE round = :round ORDER BY number DESC LIMIT 1
    ) AS run ON true
""")

GLANCE = FRESHNESS.text.replace(":round", "$1")


async def freshness(session: AsyncSession, round_id: int) -> Freshness:
    """Return where the round stands now, in one look at it."""
    return Freshness(*(await session.execute(FRESHNESS, {"round": round_id})).one())


async def glance(sessions: Sessions, round_id: int) -> Freshness:
    """Return what `freshness` does for a fraction of its cost: rankings are read all the time.

    It goes past the session, whose work is several times that of the statement; if the connection
    turns out to be lost, through the session after all, which knows how to say so.
    """
    try:
        async with bare(sessions) as driver:
            return Freshness(*await driver.fetchrow(GLANCE, round_id))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        async with reading(sessions) as session:
            return await freshness(session, round_id)


MOST_MOVES = 1_000
"""Versions that are read to move a standing on; beyond, it is read anew."""

MOVES = text("""
    SELECT version.applicant, withdrawn, entry.kind, total, coverage, blocked
    FROM score_version AS version
    JOIN entry ON entry.round = version.round AND entry.applicant = version.applicant
    WHERE version.round = :round AND run > :after AND run <= :run
    ORDER BY run LIMIT :limit
""")


async def standing(
    session: AsyncSession, round_id: int, run: int, earlier: Standing | None = None
) -> Standing:
    """Return the totals that hold as of *run*, of everybody who then took part.

    *earlier* is a standing of the round, if one is known: then only what moved since is read.
    """
    if earlier is not None and earlier.run <= run:
        parameters = {"round": round_id, "after": earlier.run, "run": run, "limit": MOST_MOVES}
        moves = (await session.execute(MOVES, parameters)).all()
        if len(moves) < MOST_MOVES:
            return earlier.moved(run, moves)
    query = text("""
        SELECT array_agg(entry.applicant ORDER BY entry.applicant),
            array_agg(entry.kind ORDER BY entry.applicant),
            array_agg(latest.total ORDER BY entry.applicant),
            array_agg(latest.coverage ORDER BY entry.applicant),
            array_agg(latest.blocked ORDER BY entry.applicant)
        FROM entry
        CROSS JOIN LATERAL (
            SELECT total, coverage, blocked, withdrawn FROM score_version AS version
            WHERE version.round = :round AND version.applicant = entry.applicant
                AND version.run <= :run
            ORDER BY version.run DESC LIMIT 1
        ) AS latest
        WHERE entry.round = :round AND NOT latest.withdrawn
    """)
    found = (await session.execute(query, {"round": round_id, "run": run})).one()
    return Standing(run, *(column or [] for column in found))


VERSIONS = """
    SELECT {applicant}, version.run, run.recorded_at, version.total, version.coverage,
        version.blocked, version.withdrawn, version.values, version.shares, version.units,
        version.flags
    FROM {versions} AS version
    JOIN run ON run.round = :round AND run.number = version.run
"""


async def lines(
    session: AsyncSession, round_id: int, applicants: Sequence[str], run: int
) -> dict[str, Lines]:
    """Return the lines of *applicants* that hold as of *run*, by applicant."""
    latest = """
        unnest(CAST(:applicants AS text[])) AS who (code)
        CROSS JOIN LATERAL (
            SELECT * FROM score_version
            WHERE score_version.round = :round AND score_version.applicant = who.code
                AND score_version.run <= :run
            ORDER BY score_version.run DESC LIMIT 1
        )
    """
    query = text(VERSIONS.format(applicant="who.code", versions=latest))
    parameters = {"round": round_id, "applicants": list(applicants), "run": run}
    return {row[0]: Lines(*row[1:]) for row in await session.execute(query, parameters)}


async def history(
    session: AsyncSession, round_id: int, applicant: str, before: int | None, limit: int
) -> list[Lines]:
    """Return at most *limit* versions of an applicant's score, newest first, below run *before*."""
    own = """
        (SELECT * FROM score_version
        WHERE round = :round AND applicant = :applicant
            AND run < coalesce(:before, 9223372036854775807)
        ORDER BY run DESC LIMIT :limit)
    """
    query = text(VERSIONS.format(applicant="1", versions=own) + " ORDER BY version.run DESC")
    parameters = {"round": round_id, "applicant": applicant, "before": before, "limit": limit}
    return [Lines(*row[1:]) for row in await session.execute(query, parameters)]
