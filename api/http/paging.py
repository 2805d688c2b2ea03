"""Cursors: where a page of a list begins, opaque to clients."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from api.http.paths import GREATEST_ID
from shared.core.errors import Finding, Invalid

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=1000, description="Most items on a page.")]
Cursor = Annotated[
    str | None,
    Query(
        max_length=500,
        description="Where a page begins; from a `Link` header.",
        json_schema_extra={"pattern": r"^[A-Za-z0-9_-]+$"},
    ),
]


def encode(*key: str | int) -> str:
    """Return a cursor that names the last item of a page."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(cursor: str | None, *types: type) -> list[str | int] | None:
    """Return the key in *cursor*, whose parts have *types*; None without one. Raises: Invalid."""
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        fits = [type(part) for part in key] == list(types) and all(map(_askable, key))
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise Invalid(
            "the cursor is none of ours",
            (Finding("/query/cursor", "unknown-cursor", "Take it from a Link header."),),
        )
    return list(key)


def _askable(part: str | int) -> bool:
    """Say whether the database can be asked for *part*; the cursor may be forged."""
    return part.isprintable() if isinstance(part, str) else 0 <= part <= GREATEST_ID


def cut(
    request: Request,
    response: Response,
    found: Sequence[Item],
    limit: int,
    key: Callable[[Item], tuple[str | int, ...]],
) -> Sequence[Item]:
    """Return at most *limit* of *found*, pointing to the next page if there were more.

    The caller looked for one more than the limit.
    """
    if len(found) > limit:
        link_next(request, response, encode(*key(found[limit - 1])))
    return found[:limit]


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Point to the next page if there is one."""
    if cursor is not None:
        response.headers["Link"] = link(request.url.path, query_of(request), cursor)


def query_of(request: Request) -> str:
    """Return the query of a request without its cursor."""
    others = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
    return urlencode(others)


def link(path: str, query: str, cursor: str) -> str:
    """Return the `Link` header to the page of *path* and *query* that begins at *cursor*."""
    return f'<{path}?{query}{"&" if query else ""}cursor={cursor}>; rel="next"'
