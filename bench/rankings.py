"""(b) Ranking reads, against an empty FastAPI route."""

from pathlib import Path

from bench.load import Rate, beside, press, request
from bench.stage import Round, Stage, answering, free_port, process

CLIENTS = (1, 8, 32)


async def measure(
    stage: Stage, round_: Round, seconds: float, logs: Path
) -> dict[int, tuple[Rate, Rate]]:
    """Return for each number of clients the floor's rate and ours."""
    ports = free_port(), free_port()
    empty = request("GET", "/empty")
    ranking = request("GET", f"/v1/rounds/{round_.code}/scores?limit=20", stage.portal)
    bare = (
        *("uvicorn", "bench.floor:app", "--port", str(ports[0])),
        *("--no-access-log", "--log-level", "warning"),
    )
    with (
        process(stage.url, logs / "floor.log", *bare) as first,
        process(stage.url, logs / "gateway.log", "api", "--port", str(ports[1])) as second,
    ):
        await answering(ports[0], first)
        await answering(ports[1], second)
        await press(ports[0], lambda _: empty, 8, 1)
        await press(ports[1], lambda _: ranking, 8, 1)
        return {
            clients: await beside(
                (ports[0], lambda _: empty), (ports[1], lambda _: ranking), clients, seconds
            )
            for clients in CLIENTS
        }
