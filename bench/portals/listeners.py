"""(k) Portals that listen while a statistics system reports, against nobody listening."""

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench.load import press, request
from bench.portals.memory import peak_megabytes
from bench.stage import Round, Stage, answering, free_port, process
from bench.submissions import body

WRITERS = 4
RUN = re.compile(rb"^event: run\r?$", re.MULTILINE)
WAITING = text("SELECT count(*) FROM submission_change WHERE round = :round")
TOLD_SECONDS = 2
"""How long the last listener may take to be told of a run."""


@dataclass(frozen=True)
class Listening:
    """Submissions per second beside nobody and beside *listeners*; what each of these cost and saw.

    *fewest* and *most* are the runs that a listener was told of.
    """

    listeners: int
    alone: float
    beside: float
    kilobytes_each: float
    fewest: int
    most: int


async def measure(
    stage: Stage, round_: Round, listeners: int, seconds: float, logs: Path
) -> Listening:
    """Report single values for *seconds*, first beside nobody and then beside *listeners*."""
    port = free_port()
    with (
        process(stage.url, logs / "gateway.log", "api", "--port", str(port)) as gateway,
        process(stage.url, logs / "worker.log", "worker"),
    ):
        await answering(port, gateway)
        await _reported(stage, round_, port, 1)
        alone = await _reported(stage, round_, port, seconds)
        idle = peak_megabytes(gateway.pid)
        async with AsyncExitStack() as leaving:
            told = [await _listen(stage, round_, port, leaving) for _ in range(listeners)]
            each = (peak_megabytes(gateway.pid) - idle) * 1024 / listeners
            await _settled(stage, round_)
            for said in told:
                said.clear()  # who came first may have been told of a run that the last was not
            beside = await _reported(stage, round_, port, seconds)
            await _settled(stage, round_)
            runs = [len(RUN.findall(bytes(said))) for said in told]
    return Listening(listeners, alone, beside, each, min(runs), max(runs))


async def _reported(stage: Stage, round_: Round, port: int, seconds: float) -> float:
    path = f"/v1/rounds/{round_.code}/submissions"

    def build(number: int) -> bytes:
        said = body(number, round_.applicants, number * 7_919 % 100_000)
        return request("POST", path, stage.source, said)

    times = await press(port, build, WRITERS, seconds)
    return WRITERS * len(times) / sum(times)


async def _settled(stage: Stage, round_: Round) -> None:
    """Wait until a run has taken everything in, and all were told of it."""
    waiting = 1
    while waiting:
        await asyncio.sleep(0.1)
        async with stage.database.session() as session:
            waiting = (await session.scalars(WAITING, {"round": round_.id})).one()
    await asyncio.sleep(TOLD_SECONDS)


async def _listen(stage: Stage, round_: Round, port: int, leaving: AsyncExitStack) -> bytearray:
    """Open a stream of events; return what it says, to which more is added as it comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("GET", f"/v1/rounds/{round_.code}/events", stage.portal))
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200" in head[:13], head
    told = bytearray()

    async def hear() -> None:
        while piece := await reader.read(65_536):
            told.extend(piece)

    hearing = asyncio.create_task(hear())
    leaving.callback(writer.close)
    leaving.callback(hearing.cancel)
    return told
