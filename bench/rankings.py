"""(b) Ranking reads, against an empty FastAPI route: from a gateway alone, and under `up`.

A page of 100: sent anew each time, and as 304 to who has it already.
"""

import asyncio
from functools import partial
from pathlib import Path

from bench.load import Rate, beside, press, request
from bench.stage import Round, Stage, answering, free_port, process

CLIENTS = (1, 8, 32)


async def measure(
    stage: Stage, round_: Round, seconds: float, logs: Path
) -> dict[str, tuple[Rate, Rate]]:
    """Return for each number of clients, and way to serve them, the floor's rate and ours."""
    await stage.run(round_)
    floor, alone, under_up = free_port(), free_port(), free_port()
    empty = request("GET", "/empty")
    path = f"/v1/rounds/{round_.code}/scores?limit=100"
    ranking = request("GET", path, stage.portal)
    bare = (
        *("uvicorn", "bench.floor:app", "--port", str(floor)),
        *("--no-access-log", "--log-level", "warning"),
    )
    up = ("cli.main", "up", "--port", str(under_up), "--data-dir", str(logs / "up"))
    ways = {"": (alone, ("api", "--port", str(alone))), ", by up": (under_up, up)}
    found = {}
    with process(stage.url, logs / "floor.log", *bare) as first:
        await answering(floor, first)
        await press(floor, lambda _: empty, 8, 1)
        for way, (port, command) in ways.items():
            with process(stage.url, logs / "gateway.log", *command) as second:
                await answering(port, second)
                for _ in range(2):  # the first waits for `up`, which listens before it can answer
                    await press(port, lambda _: ranking, 8, 1)
                held = request("GET", path, stage.portal, if_none_match=await _tag(port, ranking))
                for label, sent in {way: ranking, f"{way}, 304": held}.items():
                    ours = port, partial(_always, sent)
                    for clients in CLIENTS:
                        found[f"{clients}{label}"] = await beside(
                            (floor, lambda _: empty), ours, clients, seconds
                        )
    return found


def _always(sent: bytes, _: int) -> bytes:
    return sent


async def _tag(port: int, sent: bytes) -> str:
    """Return the `ETag` of what answers the request that is *sent*."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    return head.partition("etag: ")[2].partition("\r\n")[0]
