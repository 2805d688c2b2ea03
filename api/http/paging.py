"""Cursors: where a page of a list begins, opaque to clients."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from api.http.paths import GREATEST_ID
from shared.core.errors import Finding, Invalid

Item = TypeVar("Item")

MOST_ON_A_PAGE = 1_000
Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE, description="Most items on a page.")]
Cursor = Annotated[
    str | None,
    Query(
        max_length=500,
        description="Where a page begins; from a `Link` header or `next`.",
        json_schema_extra={"pattern": r"^[A-Za-z0-9_-]+$"},
    ),
]


def encode(path: str, *key: str | int) -> str:
    """Return a cursor that names the last item of a page of the list at *path*."""
    return _tag(path) + base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(request: Request, cursor: str | None, *types: type) -> list[str | int] | None:
    """Return the key in *cursor*, whose parts have *types*; None without one. Raises: Invalid.

    It was given out by the list that *request* asks for: the key of another may well fit, and
    whoever mixed them up would miss items without a word.
    """
    if cursor is None:
        return None
    tag = _tag(request.url.path)
    said = cursor[len(tag) :]
    try:
        key = json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        fits = [type(part) for part in key] == list(types) and all(map(_askable, key))
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not (fits and cursor.startswith(tag)):
        raise none_of_ours()
    return list(key)


def none_of_ours() -> Invalid:
    """Return the refusal of a cursor that this list has not given out."""
    words = "Take it from a Link header of this list, or ask without."
    finding = Finding("/query/cursor", "unknown-cursor", words)
    return Invalid("the cursor is none of this list's", (finding,))


def _tag(path: str) -> str:
    """Return eight characters that stand for the list at *path*: they tell, but do not protect."""
    digest = hashlib.blake2b(path.encode(), digest_size=6).digest()
    return base64.urlsafe_b64encode(digest).decode()


def _askable(part: str | int) -> bool:
    """Say whether the database can be asked for *part*; the cursor may be forged."""
    return part.isprintable() if isinstance(part, str) else 0 <= part <= GREATEST_ID


@dataclass(frozen=True, slots=True)
class Part(Generic[Item]):
    """What a page has of a list; *next* is the path of the page behind it, None on the last."""

    items: Sequence[Item]
    next: str | None


def cut(
    request: Request,
    response: Response,
    found: Sequence[Item],
    limit: int,
    key: Callable[[Item], tuple[str | int, ...]],
) -> Part[Item]:
    """Return at most *limit* of *found*, pointing to the next page if there were more.

    The caller looked for one more than the limit. Behind the first page it is pointed to as well.
    """
    path, query = request.url.path, query_of(request)
    cursor = encode(path, *key(found[limit - 1])) if len(found) > limit else None
    following = None if cursor is None else page_at(path, query, cursor)
    first = page_at(path, query) if "cursor" in request.query_params else None
    if pointing := links(next=following, first=first):
        response.headers["Link"] = pointing
    return Part(found[:limit], following)


def query_of(request: Request) -> str:
    """Return the query of a request without its cursor."""
    others = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
    return urlencode(others)


def page_at(path: str, query: str, cursor: str | None = None) -> str:
    """Return where the page of *path* and *query* is that begins at *cursor*, or the first."""
    asked = "&".join(filter(None, (query, cursor and f"cursor={cursor}")))
    return f"{path}?{asked}" if asked else path


def links(**pages: str | None) -> str:
    """Return a `Link` header to *pages* by their relation; those that are None are left out."""
    return ", ".join(f'<{page}>; rel="{name}"' for name, page in pages.items() if page is not None)
