"""What a gateway tells Prometheus."""

from collections import Counter as Counts
from collections.abc import Iterable
from functools import cache

from prometheus_client import Counter, Histogram
from starlette.types import Scope

REQUESTS = Counter("pilotzone_requests", "Requests.", ["method", "route", "status"])
SECONDS = Histogram(
    "pilotzone_request_seconds",
    "Time of a request.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2, 10, 60),
)
REFUSED = Counter(
    "pilotzone_connections_refused", "Connections ended before a request was whole.", ["type"]
)
SUBMISSIONS = Counter("pilotzone_submissions", "Submissions by what became of them.", ["result"])


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe_request(scope: Scope, status: int, seconds: float) -> None:
    """Count a request under its route's template, so that codes in paths do not multiply series."""
    route = getattr(scope.get("route"), "path", "unknown")
    method = scope["method"] if scope["method"] in METHODS else "other"
    requests, times = _series(method, route, status)
    requests.inc()
    times.observe(seconds)


@cache
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Return what counts and what times such requests: there are as many as routes and answers."""
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)


def observe_submissions(results: Iterable[str]) -> None:
    """Count what became of submissions."""
    for result, number in Counts(results).items():
        SUBMISSIONS.labels(result).inc(number)
