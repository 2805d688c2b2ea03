"""(a) Single submissions, against a bare FastAPI route doing one asyncpg insert."""

import json
from pathlib import Path

from bench.load import Rate, beside, press, request
from bench.stage import INDICATORS, Round, Stage, answering, free_port, process

CLIENTS = (1, 8, 32)


def body(number: int, applicants: int, said: int) -> bytes:
    """Return a submission of *said*: which applicant's, and of what, follows from *number*."""
    value = {
        "applicant": f"B{1 + number % applicants:06}",
        "measure": f"m{number // applicants % INDICATORS:02}",
        "as_of": "2026-06-02",
        "value": said,
    }
    return json.dumps(value).encode()


async def measure(
    stage: Stage, round_: Round, seconds: float, logs: Path
) -> dict[int, tuple[Rate, Rate]]:
    """Return for each number of clients the floor's rate and ours."""
    path = f"/v1/rounds/{round_.code}/submissions"
    ports = free_port(), free_port()
    served = 0

    def floor(number: int) -> bytes:
        return request("POST", "/insert", body=body(number, round_.applicants, number))

    def ours(_: int) -> bytes:
        nonlocal served
        served += 1
        return request("POST", path, stage.source, body(served, round_.applicants, served))

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
        await press(ports[0], floor, 8, 1)
        await press(ports[1], ours, 8, 1)
        return {
            clients: await beside((ports[0], floor), (ports[1], ours), clients, seconds)
            for clients in CLIENTS
        }
