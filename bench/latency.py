"""(d) From the answer to a submission until a ranking includes it: idle, and under load.

Under load, counts lie among those there are; or, which is the worst that can happen, each is a new
best, so that every run moves everybody who is measured by it.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from bench.load import answer, milliseconds, press, request
from bench.stage import Round, Stage, answering, free_port, process
from bench.submissions import body

WRITERS = 4


async def measure(
    stage: Stage, round_: Round, probes: int, logs: Path
) -> dict[str, tuple[float, float]]:
    """Return median and 99th percentile in milliseconds, over *probes* probes each."""
    port = free_port()
    with (
        process(stage.url, logs / "gateway.log", "api", "--port", str(port)) as gateway,
        process(stage.url, logs / "worker.log", "worker"),
    ):
        await answering(port, gateway)
        await _probe(stage, round_, port, 5, 0)
        idle = await _probe(stage, round_, port, probes, 1_000)
        among = await _under_load(stage, round_, port, probes, lambda at: at * 7_919 % 100_000)
        above = await _under_load(stage, round_, port, probes, lambda at: 10_000_000 + at)
    return {
        "idle": milliseconds(idle),
        f"{WRITERS} writers": milliseconds(among),
        f"{WRITERS} writers, each count a new best": milliseconds(above),
    }


async def _under_load(
    stage: Stage, round_: Round, port: int, probes: int, value: Callable[[int], int]
) -> list[float]:
    """Probe while writers push *value* of a running number as fast as it goes."""
    path = f"/v1/rounds/{round_.code}/submissions"

    def build(number: int) -> bytes:
        said = body(number, round_.applicants, value(number))
        return request("POST", path, stage.source, said)

    load = asyncio.create_task(press(port, build, WRITERS, 3_600))
    times = await _probe(stage, round_, port, probes, value(0))
    load.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await load
    return times


async def _probe(stage: Stage, round_: Round, port: int, probes: int, base: int) -> list[float]:
    """Submit a value, then ask for a ranking that includes it; return the seconds in between."""
    times = []
    path = f"/v1/rounds/{round_.code}"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(probes):
        value = {
            "applicant": "B000001",
            "measure": "m01",
            "as_of": "2026-06-03",
            "value": base + number,
        }
        writer.write(
            request("POST", f"{path}/submissions", stage.source, json.dumps(value).encode())
        )
        receipt = json.loads(await answer(reader))
        begin = time.perf_counter()
        writer.write(
            request(
                "GET",
                f"{path}/scores?limit=20&wait=10&wait_for={receipt['id']}",
                stage.portal,
            )
        )
        await answer(reader)
        times.append(time.perf_counter() - begin)
        await asyncio.sleep(0.02 * (1 + number % 5))
    writer.close()
    return times
