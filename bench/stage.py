"""What the measurements stand on: a server, processes, a round of any size."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url, text

from bench.floor import TABLE
from shared.access import service as keys
from shared.changes import store as changes
from shared.core.principal import Actor
from shared.database import Database, Limits
from shared.frameworks import service as frameworks
from shared.frameworks.service import Library
from shared.rounds import service as rounds
from shared.rounds import store as stored_rounds
from shared.runs import service as runs
from shared.settings import Settings

ACTOR = Actor("bench", "bench")
INDICATORS = 25
REFERENCE_DATE = date(2026, 6, 30)


def dsn(url: str) -> str:
    """Return *url* as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def document() -> dict[str, Any]:
    """Return a framework of 25 counts: half compared with the best, half between worst and best."""
    measures = {
        f"m{at:02}": {
            "name": {"zh": f"数据项{at}", "en": f"Measure {at}"},
            "unit": "piece",
            "type": "count",
            "reported_by": ["source"],
        }
        for at in range(INDICATORS)
    }
    indicators = [
        {
            "code": f"I-{at:02}",
            "name": measures[measure]["name"],
            "points": 4,
            "derive": {"value": measure},
            "normalise": {"best": {}} if at % 2 else {"min_max": {}},
            "basis": "service default",
        }
        for at, measure in enumerate(measures)
    ]
    name = {"zh": "基准", "en": "Bench"}
    return {
        "code": "bench",
        "version": "1",
        "name": name,
        "points": 4 * INDICATORS,
        "precision": 4,
        "measures": measures,
        "dimensions": [
            {"code": "D", "name": name, "categories": [{"name": name, "indicators": indicators}]}
        ],
    }


@dataclass(frozen=True)
class Round:
    """An open round: its code and id, and how many applicants it has."""

    code: str
    id: int
    applicants: int


@dataclass(frozen=True)
class Stage:
    """A migrated database, with keys."""

    url: str
    database: Database
    source: str
    portal: str
    admin: str
    rounds: dict[str, Round] = field(default_factory=dict)

    async def tidy(self) -> None:
        """Do what autovacuum would have done by now."""
        connection = await asyncpg.connect(dsn(self.url))
        await connection.execute("VACUUM ANALYZE")
        await connection.close()

    async def empty(self, applicants: int) -> Round:
        """Give an open round of *applicants* who have no values yet."""
        return await self._round(f"bench-{applicants}-empty", applicants, (APPLICANTS, ENTRIES))

    async def filled(self, applicants: int, what: str = "filled") -> Round:
        """Give an open round of *applicants*, each with a value of every measure; one by *what*."""
        code = f"bench-{applicants}-{what}"
        if code not in self.rounds:
            self.rounds[code] = await self._round(code, applicants, (APPLICANTS, ENTRIES, VALUES))
            await self.tidy()
        return self.rounds[code]

    async def run(self, round_: Round) -> None:
        """Have the round's scores computed."""
        async with self.database.session() as session:
            await runs.recompute(session, Library(), round_.id, "bench", None)
        await self.tidy()

    async def run_anew(self, round_: Round) -> None:
        """Have everybody's scores computed though nothing was said."""
        async with self.database.session() as session:
            await changes.add_cohort(session, round_.id, "bench")
        await self.run(round_)

    async def corrected(self, applicants: int) -> Round:
        """Give an open round of *applicants*, each of whose values has ten revisions behind it."""
        statements = (APPLICANTS, ENTRIES, VALUES, CORRECTIONS)
        made = await self._round(f"bench-{applicants}-corrected", applicants, statements)
        await self.tidy()
        return made

    async def _round(self, code: str, applicants: int, statements: Sequence[str]) -> Round:
        async with self.database.session() as session:
            framework, _ = await frameworks.register(session, ACTOR, document())
            new = stored_rounds.NewRound(code, framework.id, "Bench", REFERENCE_DATE, None, None)
            stored, _ = await rounds.create(session, ACTOR, new)
            await rounds.transition(session, ACTOR, code, "open", None)
            for statement in statements:
                await session.execute(text(statement), {"round": stored.id, "n": applicants})
        return Round(code, stored.id, applicants)


APPLICANTS = """
    INSERT INTO applicant (code, kind, name_zh, name_en)
    SELECT 'B' || lpad(n::text, 6, '0'), CASE n % 3 WHEN 0 THEN 'park' ELSE 'county' END,
        '示例' || n, 'Example ' || n
    FROM generate_series(1, CAST(:n AS integer)) AS n ON CONFLICT DO NOTHING
"""
ENTRIES = """
    INSERT INTO entry (round, applicant, kind, state)
    SELECT :round, code, kind, 'accepted' FROM applicant WHERE code LIKE 'B%'
    ORDER BY code LIMIT :n
"""
VALUES = """
    WITH added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
            number, request_id)
        SELECT :round, entry.applicant, 'm' || lpad(m::text, 2, '0'),
            (SELECT id FROM reporter WHERE name = 'bench-source'), 'source', DATE '2026-06-01', 1,
            'reported', floor(random() * 100000), 'bench'
        FROM entry CROSS JOIN generate_series(0, 24) AS m
        WHERE entry.round = :round AND :n > 0
        RETURNING round, applicant, id
    )
    INSERT INTO submission_change (round, applicant, submission, request_id)
    SELECT round, applicant, id, 'bench' FROM added
"""
CORRECTIONS = """
    INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
        number, request_id)
    SELECT round, applicant, measure, reporter, kind, as_of, 1 + n, status, number + n, 'bench'
    FROM submission CROSS JOIN generate_series(1, 10) AS n
    WHERE round = :round AND :n > 0 ORDER BY n
"""


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Stage]:
    """Give a stage on the migrated database of *url*."""
    database = await Database(url, limits=Limits.of_worker(Settings())).open()
    made = {}
    async with database.session() as session:
        for role in ("source", "portal", "admin"):
            made[role] = await keys.create(session, ACTOR, f"bench-{role}", role)
        await session.execute(text(TABLE))
    yield Stage(url, database, made["source"], made["portal"], made["admin"])
    await database.close()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(
    url: str, log: Path, *arguments: str, **settings: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m ARGUMENTS` beside us, with these *settings*, and end it at the end."""
    environment = os.environ | {
        f"PILOTZONE_{name.upper()}": each for name, each in settings.items()
    }
    environment |= {
        "PILOTZONE_DATABASE_URL": url,
        "FLOOR_DSN": dsn(url),
        "PILOTZONE_LOG_FORMAT": "json",
    }
    with log.open("ab") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, stdout=out, stderr=out
        )
    try:
        yield running
    finally:
        running.terminate()
        running.wait(30)


async def answering(port: int, running: subprocess.Popen[bytes]) -> None:
    """Wait until something listens on *port*. Raises: RuntimeError if the process ended."""
    while running.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError(f"{running.args!r} ended with status {running.returncode}")


async def read_rows(connection: asyncpg.Connection, round_id: int) -> int:
    """Read the rows that a full run reads, the bare way; return how many."""
    rows = await connection.fetch(
        "SELECT applicant, measure, kind, as_of, id, number FROM submission WHERE round = $1",
        round_id,
    )
    return len(rows)
