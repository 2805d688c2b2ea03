"""(c) Recomputing a round, against reading the same rows and COPYing the same scores barely."""

import io
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import asyncpg
import numpy as np
from sqlalchemy import text

from bench.stage import ACTOR, REFERENCE_DATE, Round, Stage, dsn, read_rows
from shared.batches.limits import MOST_ROWS
from shared.database import columns
from shared.database.columns import HEADER, TRAILER
from shared.frameworks.service import Library
from shared.rounds import service as rounds
from shared.runs import service as runs
from shared.runs.service import Outcome
from shared.runs.store import NewRun
from shared.submissions.standing import last_words, standing

STANDS = """
    CREATE TABLE stands_floor AS
    SELECT 1::bigint AS applicant, 1::bigint AS measure, 1::bigint AS kind,
        (as_of - DATE '1970-01-01')::bigint AS as_of, id, number
    FROM ({standing}) AS stands;
    CREATE TABLE scores_floor (LIKE score_version INCLUDING ALL);
"""
ROW = columns.row_type(
    applicant="int8", measure="int8", kind="int8", as_of="int8", id="int8", value="float8"
)
PUSHES = 5
"""So many files of each size are pushed one after another, and the median shown."""

COUNTS = 9
"""So many counts are changed one after another, and the median shown: a worker's first run after a
count prepares statements that later ones have."""

TIDY = "DROP TABLE IF EXISTS stands_floor, scores_floor"
SCORES = "SELECT * FROM score_version WHERE round = $1 AND run = $2"


AGAIN = """
    WITH added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
            number, request_id)
        SELECT round, applicant, measure, reporter, kind, as_of, revision + 1, status, number + 1,
            'bench'
        FROM (SELECT * FROM ({last}) AS last ORDER BY measure, applicant LIMIT :rows) AS file
        ORDER BY applicant, measure RETURNING round, applicant, id
    )
    INSERT INTO submission_change (round, submission, last_submission, changes, request_id)
    SELECT round, min(id), max(id), count(*), 'bench' FROM added GROUP BY round
"""


Measured = TypeVar("Measured")


def median(found: Sequence[Measured], key: Callable[[Measured], float]) -> Measured:
    """Return the one in the middle of *found*, in order of *key*."""
    return sorted(found, key=key)[len(found) // 2]


@dataclass(frozen=True)
class Recomputation:
    """Runs with their milliseconds, and the floors.

    *runs*, by name: of a worker that just started, the *first* and a *full* one; of one that made
    the run before: after *one count*, after files of *one measure* of all, of as many rows as a
    file may have and of *all again*, and a full one that remembers. *copies_ms* was measured beside
    those of files and the last.
    """

    runs: dict[str, tuple[NewRun, float]]
    floor_read_ms: float
    floor_copy_ms: float
    copies_ms: dict[str, float]

    @property
    def floor_ms(self) -> float:
        """The bare time to read the rows and write the scores."""
        return self.floor_read_ms + self.floor_copy_ms


async def measure(stage: Stage, round_: Round) -> Recomputation:
    """Run *round_* by a worker that just started, and by one that made the run before."""
    library, all_found = Library(), defaultdict[str, list[tuple[NewRun, float]]](list)
    copies = defaultdict[str, list[float]](list)

    async def run(name: str, known: Outcome | None) -> Outcome:
        outcome, milliseconds = await _run(stage, round_, library, known)
        all_found[name].append((outcome.run, milliseconds))
        return outcome

    await run("first", None)
    await forget(stage, round_)
    full = await run("full", None)
    await stage.tidy()
    known = full
    for _ in range(COUNTS):
        await change_one(stage, round_)
        known = await run("one count", known)
    applicants, all_rows = len(known.scope.cohort), len(known.kept.statements)
    files = {"one measure": applicants, "largest file": MOST_ROWS, "all again": all_rows}
    for name, rows in files.items():
        for _ in range(PUSHES if rows <= all_rows else 0):
            await _push(stage, round_, rows)
            await stage.tidy()
            known = await run(name, known)
            copies[name].append(await _copies(stage, round_, known.run.number))
    await forget(stage, round_)
    await stage.tidy()
    last = await run("full, remembers", without_scores(known))
    floor = await _floor(stage, round_, last.run.number)
    copies["full, remembers"].append(await _copies(stage, round_, last.run.number))
    found = {name: median(runs, key=lambda run: run[1]) for name, runs in all_found.items()}
    beside = {name: median(each, key=float) for name, each in copies.items()}
    return Recomputation(found, *floor, beside)


def without_scores(known: Outcome) -> Outcome:
    """Return what a worker knows that remembers all but scores: it makes all of them again."""
    rescored = known.rescored
    sheet = replace(rescored.sheet, values=np.full_like(rescored.sheet.values, np.nan))
    none = rescored.scores.take(np.zeros(0, int))
    return replace(known, rescored=replace(rescored, sheet=sheet, scores=none))


async def _push(stage: Stage, round_: Round, rows: int) -> None:
    """Give so many values anew, measure by measure, as a file does."""
    last = last_words(":round", "true")
    async with stage.database.session() as session:
        await session.execute(text(AGAIN.format(last=last)), {"round": round_.id, "rows": rows})


async def _run(
    stage: Stage, round_: Round, library: Library, known: Outcome | None = None
) -> tuple[Outcome, float]:
    """Run the round as a worker does; *known* is what it did before, none if it just started."""
    begin = time.perf_counter()
    async with stage.database.session() as session:
        outcome = await runs.recompute(session, library, round_.id, "bench", known)
    assert outcome is not None
    return outcome, (time.perf_counter() - begin) * 1e3


async def forget(stage: Stage, round_: Round) -> None:
    """Take away what is known of the scores and ask for all of them: every row is read again."""
    async with stage.database.session() as session:
        await session.execute(text("ALTER TABLE score_version DISABLE TRIGGER append_only"))
        await session.execute(text("DELETE FROM score_version WHERE round = :r"), {"r": round_.id})
        await rounds.recompute(session, ACTOR, round_.code)


async def change_one(stage: Stage, round_: Round) -> None:
    """Change one count of one applicant, not the best and not the worst of its column."""
    statement = text("""
        WITH added AS (
            INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision,
                status, number, request_id)
            SELECT round, applicant, measure, reporter, kind, as_of, revision + 1, status,
                number + 1, request_id
            FROM submission WHERE round = :round AND measure = 'm03'
                AND number BETWEEN 40000 AND 60000
            ORDER BY id DESC LIMIT 1 RETURNING round, applicant, id
        )
        INSERT INTO submission_change (round, applicant, submission, request_id)
        SELECT round, applicant, id, 'bench' FROM added
    """)
    async with stage.database.session() as session:
        await session.execute(statement, {"round": round_.id})


async def _floor(stage: Stage, round_: Round, run: int) -> tuple[float, float]:
    """Return the milliseconds to read the run's rows, and to COPY its scores, with bare asyncpg."""
    connection = await asyncpg.connect(dsn(stage.url))
    begin = time.perf_counter()
    await read_rows(connection, round_.id)
    read = time.perf_counter()
    rows = await connection.fetch(SCORES, round_.id, run)
    await connection.execute("CREATE TABLE scores_floor (LIKE score_version INCLUDING ALL)")
    records = [tuple(row) for row in rows]
    ready = time.perf_counter()
    await connection.copy_records_to_table("scores_floor", records=records)
    copied = time.perf_counter()
    await connection.execute("DROP TABLE scores_floor")
    await connection.close()
    return (read - begin) * 1e3, (copied - ready) * 1e3


async def _copies(stage: Stage, round_: Round, run: int) -> float:
    """Return the milliseconds to read what stands into numpy and to write the scores of *run*.

    Both lie in tables of their own: nothing is looked up, joined, or passed over.
    """
    connection = await asyncpg.connect(dsn(stage.url))
    await connection.execute(TIDY)
    query = standing(str(round_.id), f"DATE '{REFERENCE_DATE}'")
    await connection.execute(STANDS.format(standing=query))
    scores = io.BytesIO()
    await connection.copy_from_query(SCORES, round_.id, run, output=scores, format="binary")
    scores.seek(0)
    begin = time.perf_counter()
    raw = io.BytesIO()
    await connection.copy_from_query("TABLE stands_floor", output=raw, format="binary")
    rows = len(raw.getbuffer()) - len(HEADER) - len(TRAILER)
    read = np.frombuffer(raw.getbuffer(), ROW, rows // ROW.itemsize, len(HEADER))
    taken = [np.ascontiguousarray(read[name], "f8") for name in ("applicant", "value")]
    assert len(taken[0]) * ROW.itemsize == rows
    await connection.copy_to_table("scores_floor", source=scores, format="binary")
    written = time.perf_counter()
    await connection.execute(TIDY)
    await connection.close()
    return (written - begin) * 1e3
