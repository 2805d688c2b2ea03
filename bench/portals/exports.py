"""(j) Exports of scores with their lines: how fast they come, and what memory the gateway takes."""

import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.portals.memory import peak_megabytes
from bench.stage import Round, Stage, answering, free_port, process

FORMATS = ("csv", "xlsx", "jsonl")
PATIENCE = 3_600


@dataclass(frozen=True)
class Export:
    """Applicants per second, bytes of the file, and the memory that the gateway took above idle."""

    per_second: float
    megabytes: float
    above_idle: float


async def measure(stage: Stage, round_: Round, logs: Path) -> dict[str, Export]:
    """Return what each format takes, from a gateway of its own: memory is the most it ever had."""
    await stage.run(round_)
    return {each: await _exported(stage, round_, logs, each) for each in FORMATS}


async def _exported(stage: Stage, round_: Round, logs: Path, kind: str) -> Export:
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1/rounds/{round_.code}"
    headers = {"Authorization": f"Bearer {stage.portal}", "Accept-Encoding": "identity"}
    with process(stage.url, logs / "gateway.log", "api", "--port", str(port)) as gateway:
        await answering(port, gateway)
        async with httpx.AsyncClient(headers=headers, timeout=PATIENCE) as client:
            (await client.get(f"{url}/scores?limit=1")).raise_for_status()
            idle, size = peak_megabytes(gateway.pid), 0
            begin = time.perf_counter()
            asked = client.stream("GET", f"{url}/export/scores", params={"format": kind})
            async with asked as answer:
                answer.raise_for_status()
                async for piece in answer.aiter_raw():
                    size += len(piece)
            took = time.perf_counter() - begin
        above = peak_megabytes(gateway.pid) - idle
    return Export(round_.applicants / took, size / 2**20, above)
