"""What is answered to a file that was pushed: written beside the event loop, or piece by piece."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

import msgspec
from fastapi import Request, Response

from api.batches.schemas import SliceOut
from api.http.problems import answer as problem_answer
from api.http.problems import describe
from api.http.schemas import MOST_FINDINGS
from api.http.state import Gateway
from shared.batches.outcome import Told
from shared.batches.slices import Coverage
from shared.core.errors import BatchRejected, Finding

AT_ONCE = 500
"""So many rows are written into an answer before others have their turn."""

APPLIED = (("handling", "lenient"), ("return", "minimal"))
"""The preferences (RFC 7240) that change an answer."""

RESULTS = ("created", "revised", "unchanged", "rejected")


def covered(coverage: Coverage | None) -> dict[str, Any]:
    """Return what an answer says of the slice that a file declared, if it declared one."""
    return {} if coverage is None else {"slice": SliceOut.of(coverage).model_dump(mode="json")}


async def answered(
    request: Request,
    held: Gateway,
    batch: int | None,
    told: Told,
    preferences: Mapping[str, str],
    more: Mapping[str, Any],
) -> Response:
    """Say what became of a file, and *more*; the status agrees with its outcome.

    Of a dry run there is no batch: nothing to read again, and nothing to wait for.
    """
    path = None
    if batch is not None:
        path = request.url.path.removesuffix("submissions/batch") + f"batches/{batch}"
    shown: dict[str, Any] = {
        "batch": batch,
        "outcome": told.outcome,
        "counts": {name: told.counts[name] for name in RESULTS},
        "greatest_submission": None if batch is None else told.greatest,
        **more,
    }
    if told.outcome == "none_committed":
        return await asyncio.to_thread(_refused, request, told, shown, path)
    items: Iterable[Any] = told.items
    if preferences.get("return") == "minimal":
        items = (each for each in told.items if "errors" in each or "warnings" in each)
    body = await held.rendering.page(shown, written_items(items), 1)
    status = HTTPStatus.MULTI_STATUS if told.outcome == "partial" else HTTPStatus.OK
    applied = [f"{name}={value}" for name, value in APPLIED if preferences.get(name) == value]
    headers = {"Location": path} if path else {}
    headers |= {"Preference-Applied": ", ".join(applied)} if applied else {}
    return Response(body, status, headers, "application/json")


def written_items(items: Iterable[Any]) -> Iterator[bytes]:
    """Yield *items* as JSON, `AT_ONCE` in a piece, without the brackets around them all."""
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield msgspec.json.encode(some)[1:-1]


def _refused(request: Request, told: Told, shown: dict[str, Any], path: str | None) -> Response:
    """Answer with the rows at fault, as many as an answer may have, and where all of them are."""
    faulty = told.at_fault
    findings = tuple(islice(_errors(faulty), MOST_FINDINGS))
    detail = f"{len(faulty)} of {len(told.items)} rows were refused, and nothing was stored"
    problem = describe(BatchRejected) | shown | {"detail": detail}
    response = problem_answer(request, problem | {"items": faulty[:MOST_FINDINGS]}, findings)
    if path is not None:
        response.headers["Link"] = f'<{path}/items?at_fault=true>; rel="rest"'
    return response


def _errors(faulty: Iterable[Any]) -> Iterator[Finding]:
    for each in faulty:
        for error in each["errors"]:
            at = f"/items/{each['index']}{error['pointer']}"
            yield Finding(at, error["code"], error["detail"], error.get("params", {}))
