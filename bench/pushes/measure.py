"""Pushing files of several sizes and formats over HTTP, and once more unchanged."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median

import asyncpg
import httpx

from bench.pushes.files import FORMATS, Row
from bench.stage import INDICATORS, Round, Stage, answering, dsn, free_port, process

SIZES = (500, 10_000, 50_000)
TIMES = 3

FLOOR = """
    WITH added AS (
        INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
            number, request_id)
        SELECT $1, applicant, measure, (SELECT id FROM reporter WHERE name = 'bench-source'),
            'source', as_of, 1, 'reported', number, 'bench'
        FROM unnest($2::text[], $3::text[], $4::date[], $5::float8[])
            AS row (applicant, measure, as_of, number)
        RETURNING round, applicant, id
    )
    INSERT INTO submission_change (round, applicant, submission, request_id)
    SELECT round, applicant, id, 'bench' FROM added
"""


@dataclass(frozen=True)
class Pushes:
    """Seconds for one file: of the bare insert, of ours when it is new, and when it is not."""

    floor: float
    new: float
    again: float


async def measure(
    stage: Stage, round_: Round, logs: Path
) -> tuple[dict[tuple[int, str], Pushes], float]:
    """Return what each size and format takes; all take turns, so that noise falls on all.

    And the seconds that another's single submission waits at most beside the largest file.
    """
    port = free_port()
    path = f"http://127.0.0.1:{port}/v1/rounds/{round_.code}/submissions/batch"
    days = count(1)
    connection = await asyncpg.connect(dsn(stage.url))
    found: dict[tuple[int, str], list[tuple[float, float, float]]] = {}
    with process(stage.url, logs / "gateway.log", "api", "--port", str(port)) as gateway:
        await answering(port, gateway)
        headers = {"Authorization": f"Bearer {stage.source}", "Prefer": "return=minimal"}
        async with httpx.AsyncClient(headers=headers, timeout=120) as client:
            for size in [SIZES[0], *SIZES * TIMES]:  # the first is not counted
                for kind, write in FORMATS.items():
                    floor = await _bare(connection, round_, list(_rows(size, round_, next(days))))
                    file = write(list(_rows(size, round_, next(days))))
                    new = await _push(client, path, kind, file)
                    again = await _push(client, path, kind, file)
                    found.setdefault((size, kind), []).append((floor, new, again))
            waits = [
                await _beside(client, path, list(_rows(SIZES[-1], round_, next(days))))
                for _ in range(TIMES)
            ]
    await connection.close()
    taken_in = {
        key: Pushes(*(median(column) for column in zip(*taken[-TIMES:], strict=True)))
        for key, taken in found.items()
    }
    return taken_in, median(waits)


def _rows(size: int, round_: Round, day: int) -> Iterator[Row]:
    as_of = date(1950, 1, 1) + timedelta(day)
    for at in range(size):
        measure = f"m{at // round_.applicants % INDICATORS:02}"
        yield f"B{1 + at % round_.applicants:06}", measure, as_of, float(at)


async def _bare(connection: asyncpg.Connection, round_: Round, rows: list[Row]) -> float:
    columns = [list(column) for column in zip(*rows, strict=True)]
    begin = time.perf_counter()
    await connection.execute(FLOOR, round_.id, *columns)
    return time.perf_counter() - begin


async def _beside(client: httpx.AsyncClient, path: str, rows: list[Row]) -> float:
    """Return the longest wait of who submits one value after another while a file is pushed."""
    kind = "application/jsonl"
    pushed = asyncio.create_task(_push(client, path, kind, FORMATS[kind](rows)))
    applicant, measure, as_of, _ = rows[0]
    longest = 0.0
    for value in count(1):
        if pushed.done():
            break
        said = {"applicant": applicant, "measure": measure, "as_of": str(as_of.replace(year=1949))}
        begin = time.perf_counter()
        answer = await client.post(path.removesuffix("/batch"), json=said | {"value": value})
        longest = max(longest, time.perf_counter() - begin)
        assert answer.is_success, answer.text
    await pushed
    return longest


async def _push(client: httpx.AsyncClient, path: str, kind: str, file: bytes) -> float:
    begin = time.perf_counter()
    answer = await client.post(path, content=file, headers={"Content-Type": kind})
    taken = time.perf_counter() - begin
    assert answer.json()["outcome"] == "all_committed", answer.text
    return taken
