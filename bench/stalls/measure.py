"""Loads one after another, and what a client beside them sees."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import text

from bench.load import Request, answer, press, request, whatever
from bench.stage import Round, Stage, answering, free_port, process
from bench.stalls import bodies
from bench.stalls.gateway import PATH
from bench.stalls.pings import Pings

PAST_RUNS = 1_000
HOLDERS, HELD_BYTES = 40, 8 * 2**20

PAST = (
    """
    INSERT INTO run SELECT (jsonb_populate_record(
        run, jsonb_build_object('number', run.number + n))).*
    FROM run CROSS JOIN generate_series(1, :n) AS n
    WHERE round = :round AND number = (SELECT max(number) FROM run WHERE round = :round)
    """,
    """
    INSERT INTO run_parameters SELECT round, run + n, parameters
    FROM (SELECT * FROM run_parameters WHERE round = :round ORDER BY run DESC LIMIT 1) AS last
    CROSS JOIN generate_series(1, :n) AS n
    """,
    """
    INSERT INTO score_version SELECT (jsonb_populate_record(
        version, jsonb_build_object('run', version.run + n))).*
    FROM score_version AS version CROSS JOIN generate_series(1, :n) AS n
    WHERE round = :round AND applicant = 'B000001' AND run = (
        SELECT max(run) FROM score_version WHERE round = :round AND applicant = 'B000001'
    )
    """,
)
"""A round is given a past: one applicant's score changed with every run."""


@dataclass(frozen=True)
class Stall:
    """What others saw meanwhile; the longest step and turn; answers per second; most memory."""

    pings: Pings
    step_ms: float
    turn_ms: float
    per_second: float
    megabytes: float


async def measure(stage: Stage, round_: Round, seconds: float, logs: Path) -> Mapping[str, Stall]:
    """Return what a client that asks for nothing sees beside each load, and beside none."""
    await _ran(stage, round_)
    port = free_port()
    with process(stage.url, logs / "gateway.log", "bench.stalls.gateway", str(port)) as gateway:
        await answering(port, gateway)

        async def beside(load: Callable[[], Awaitable[int]]) -> Stall:
            return await _beside(port, gateway.pid, load)

        async def nothing() -> int:
            await asyncio.sleep(seconds)
            return 0

        async def held() -> int:
            return await _hold(port, _batch(stage, round_, b" " * HELD_BYTES), seconds)

        found = {"nothing": await beside(nothing)}
        for name, (clients, build) in {**_hostile(stage, round_), **_meant(stage, round_)}.items():

            async def pressed(clients: int = clients, build: Request = build) -> int:
                return len(await press(port, build, clients, seconds, whatever))

            found[name] = await beside(pressed)
        found[f"{HOLDERS} clients that hold 8 MB each"] = await beside(held)
    return found


def _batch(stage: Stage, round_: Round, body: bytes) -> bytes:
    return request("POST", f"/v1/rounds/{round_.code}/submissions/batch", stage.source, body)


def _hostile(stage: Stage, round_: Round) -> dict[str, tuple[int, Request]]:
    """Return what is meant badly: how many ask at once, and what."""

    def always(body: bytes) -> Request:
        sent = _batch(stage, round_, body)
        return lambda _: sent

    return {name: (2, always(body())) for name, body in bodies.HOSTILE.items()}


def _meant(stage: Stage, round_: Round) -> dict[str, tuple[int, Request]]:
    """Return what is meant well: how many ask at once, and what."""
    path, size = f"/v1/rounds/{round_.code}", round_.applicants
    days, versions = count(1), count(1)

    def batch(_: int) -> bytes:
        return _batch(stage, round_, bodies.rows(bodies.MOST_ROWS, size, next(days)))

    def framework(_: int) -> bytes:
        return request("POST", "/v1/frameworks", stage.admin, bodies.framework(next(versions)))

    def read(of: str) -> Request:
        return lambda at: request("GET", f"{path}/scores{of.format(1 + at % size)}", stage.portal)

    def rush(at: int) -> bytes:
        """Have a hundred ask for the same page, which nobody asked for before."""
        return request("GET", f"{path}/scores?limit={100 + at // 100 % 900}", stage.portal)

    return {
        "batches of 10 000 rows": (2, batch),
        "frameworks of 250 kB": (2, framework),
        "histories of 1 000 with lines": (4, read("/B000001/history?limit=1000&include=lines")),
        "pages nobody rendered yet": (100, rush),
        "scorecards": (8, read("/B{:06}")),
        "explanations": (8, read("/B{:06}/explanation")),
    }


async def _beside(port: int, gateway: int, load: Callable[[], Awaitable[int]]) -> Stall:
    """Put *load*, which returns how many were answered, on the gateway, and ping it meanwhile."""
    _forget_peak(gateway)
    await _longest_hold(port)
    pinging = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.stalls.pings", str(port)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    await asyncio.sleep(0.5)  # until it pings
    begin = time.perf_counter()
    answered = await load()
    taken = time.perf_counter() - begin
    said, _ = await pinging.communicate(b"\n")
    turn, step = await _longest_hold(port)
    return Stall(Pings(**json.loads(said)), step, turn, answered / taken, _peak(gateway))


async def _longest_hold(port: int) -> tuple[float, float]:
    """Return the gateway's longest turn and longest step since this was asked, in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("GET", PATH))
    turn, step = json.loads(await answer(reader))
    writer.close()
    return turn, step


async def _hold(port: int, sent: bytes, seconds: float) -> int:
    """Send all of a large body but its end, from many clients, and wait."""
    writers = []
    for _ in range(HOLDERS):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent[:-1])
        writers.append(writer)
    await asyncio.sleep(seconds)
    for writer in writers:
        writer.transport.abort()
    return 0


def _forget_peak(pid: int) -> None:
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak(pid: int) -> float:
    """Return the most memory that the process had since then, in MB; NaN where nobody says."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(each.split()[1]) / 1024 for each in lines if each.startswith("VmHWM"))
    return float("nan")


async def _ran(stage: Stage, round_: Round) -> None:
    """Run the round, and give it a past."""
    await stage.run(round_)
    async with stage.database.session() as session:
        for statement in PAST:
            await session.execute(text(statement), {"round": round_.id, "n": PAST_RUNS})
    await stage.tidy()
