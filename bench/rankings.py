"""(b) Ranking reads, against an empty FastAPI route: from a gateway alone, and under `up`."""

from pathlib import Path

from bench.load import Rate, beside, press, request
from bench.stage import Round, Stage, answering, free_port, process

CLIENTS = (1, 8, 32)


async def measure(
    stage: Stage, round_: Round, seconds: float, logs: Path
) -> dict[str, tuple[Rate, Rate]]:
    """Return for each number of clients, and way to serve them, the floor's rate and ours."""
    floor, alone, under_up = free_port(), free_port(), free_port()
    empty = request("GET", "/empty")
    ranking = request("GET", f"/v1/rounds/{round_.code}/scores?limit=20", stage.portal)
    bare = (
        *("uvicorn", "bench.floor:app", "--port", str(floor)),
        *("--no-access-log", "--log-level", "warning"),
    )
    up = ("cli.main", "up", "--port", str(under_up), "--data-dir", str(logs / "up"))
    ways = {"{}": (alone, ("api", "--port", str(alone))), "{}, by up": (under_up, up)}
    found = {}
    with process(stage.url, logs / "floor.log", *bare) as first:
        await answering(floor, first)
        await press(floor, lambda _: empty, 8, 1)
        for label, (port, command) in ways.items():
            with process(stage.url, logs / "gateway.log", *command) as second:
                await answering(port, second)
                for _ in range(2):  # the first waits for `up`, which listens before it can answer
                    await press(port, lambda _: ranking, 8, 1)
                for clients in CLIENTS:
                    found[label.format(clients)] = await beside(
                        (floor, lambda _: empty), (port, lambda _: ranking), clients, seconds
                    )
    return found
