"""`python -m bench.stalls.pings PORT`: ask for next to nothing, until a line comes in.

A process of its own: what loads the gateway must not hold up who measures it.
"""

import json
import select
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import HTTPConnection

from bench.load import milliseconds

EVERY_SECONDS = 0.001


@dataclass(frozen=True)
class Pings:
    """Times of an answer in milliseconds."""

    p99_ms: float
    longest_ms: float


def _pinged(port: int) -> Pings:
    times = list[float]()
    with closing(HTTPConnection("127.0.0.1", port)) as gateway:
        while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
            begin = time.perf_counter()
            gateway.request("GET", "/health/live")
            answer = gateway.getresponse()
            answer.read()
            times.append(time.perf_counter() - begin)
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"the gateway answers {answer.status}")
    return Pings(milliseconds(times)[1], max(times) * 1e3)


if __name__ == "__main__":
    print(json.dumps(asdict(_pinged(int(sys.argv[1])))))
