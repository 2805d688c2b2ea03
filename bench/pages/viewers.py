"""(m) A thousand pages that are looked at while values come in, one after another."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.load import answer, request
from bench.portals.memory import peak_megabytes
from bench.stage import Round, Stage, answering, free_port, process
from bench.submissions import body
from web.cookies import SECURE

VIEWERS = 1_000
SUBMISSIONS = 9
RUN = b"event: run\n"
HEARD_SECONDS = 60
"""How long the last viewer may take to hear of a run."""


@dataclass(frozen=True)
class Viewing:
    """Milliseconds from sending a submission until the first and the last viewer heard of its run.

    Both are medians over `SUBMISSIONS`; *kilobytes_each* is what a stream takes of the gateway.
    """

    viewers: int
    first_ms: float
    last_ms: float
    kilobytes_each: float


async def measure(stage: Stage, round_: Round, token: str, logs: Path) -> Viewing:
    """Have the board's streams of a round open, and report a value whenever all heard of the last.

    The session of *token* looks at all of them.
    """
    port = free_port()
    room = dict.fromkeys(("max_connections", "max_streams"), str(VIEWERS + 10))
    with (
        process(stage.url, logs / "viewed.log", "api", "--port", str(port), **room) as gateway,
        process(stage.url, logs / "worker.log", "worker"),
    ):
        await answering(port, gateway)
        idle = peak_megabytes(gateway.pid)
        async with AsyncExitStack() as leaving:
            viewers = [await _viewer(round_, port, token, leaving) for _ in range(VIEWERS)]
            each = (peak_megabytes(gateway.pid) - idle) * 1024 / VIEWERS
            took = [await _heard(stage, round_, port, viewers, at) for at in range(SUBMISSIONS)]
    first, last = (median(times) * 1e3 for times in zip(*took, strict=True))
    return Viewing(VIEWERS, first, last, each)


async def _viewer(
    round_: Round, port: int, token: str, leaving: AsyncExitStack
) -> asyncio.StreamReader:
    """Open the stream of a page, as the page does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = request("GET", f"/board/rounds/{round_.code}/events").removesuffix(b"\r\n")
    writer.write(asked + f"Cookie: {SECURE}={token}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200" in head[:13], head
    leaving.callback(writer.close)
    return reader


async def _heard(
    stage: Stage, round_: Round, port: int, viewers: list[asyncio.StreamReader], number: int
) -> tuple[float, float]:
    """Report a value; return the seconds until the first viewer heard of its run, and the last."""

    async def hear(reader: asyncio.StreamReader) -> float:
        await reader.readuntil(RUN)
        return time.perf_counter()

    hearing = [asyncio.create_task(hear(each)) for each in viewers]
    sent = await _reported(stage, round_, port, number)
    async with asyncio.timeout(HEARD_SECONDS):
        times = await asyncio.gather(*hearing)
    return min(times) - sent, max(times) - sent


async def _reported(stage: Stage, round_: Round, port: int, number: int) -> float:
    """Report a value that is a new best, so that everybody moves; return when it was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = body(0, round_.applicants, 20_000_000 + number)
    path = f"/v1/rounds/{round_.code}/submissions"
    sent = time.perf_counter()
    writer.write(request("POST", path, stage.source, said))
    assert json.loads(await answer(reader))["id"]
    writer.close()
    return sent
