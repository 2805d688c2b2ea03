"""Validators: who has an answer already is told so, instead of being sent it again (RFC 9110, 13).

An `ETag` is a digest of the bytes that are sent. So it says nothing that they do not, and what two
readers may see differently has different ones.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.http.problems import PreconditionFailed, PreconditionRequired

DIGEST_BYTES = 16
TAG = re.compile(r'\s*(W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')

REVALIDATED = "private, no-cache"
"""A reader may keep an answer for itself, if it asks each time whether it still holds."""

KEPT_BY_304 = ("etag", "cache-control", "vary")


def etag_of(body: bytes) -> str:
    """Return the `ETag` of an answer that is sent as *body*."""
    digest = blake2b(body, digest_size=DIGEST_BYTES).digest()
    return f'"{urlsafe_b64encode(digest).rstrip(b"=").decode()}"'


def validated(answer: Response) -> Response:
    """Give *answer* its validator, and say who may keep it; return it."""
    if "etag" not in answer.headers:
        answer.headers["ETag"] = etag_of(bytes(answer.body))
        answer.headers.setdefault("Cache-Control", REVALIDATED)
        answer.headers.add_vary_header("Authorization")
    return answer


def unless_known(scope: Scope, answer: Response) -> Response:
    """Return *answer*, or 304 where the request of *scope* names its `ETag`.

    Weak tags are as good as strong ones for this; what is malformed names nothing.
    """
    given = [value for name, value in scope["headers"] if name == b"if-none-match"]
    if not given or not names(b",".join(given).decode("latin-1"), answer.headers["etag"]):
        return answer
    unchanged = Response(status_code=304)
    unchanged.raw_headers = [
        (name, value) for name, value in answer.raw_headers if name.decode() in KEPT_BY_304
    ]
    return unchanged


def require_current(request: Request, stands: bytes) -> None:
    """Let who has read that *stands* is the state change it, and nobody else; `*` is any state.

    Raises: PreconditionRequired, PreconditionFailed.
    """
    given = request.headers.getlist("if-match")
    if not given:
        raise PreconditionRequired("send the `ETag` of what you read as `If-Match`, or `*`")
    if not names(",".join(given), etag_of(stands), weak=False):
        raise PreconditionFailed("something else stands by now: read that first")


def names(given: str, etag: str, *, weak: bool = True) -> bool:
    """Say whether a list of tags, or `*`, names *etag*; if *weak*, weak tags are as good."""
    return given.strip() == "*" or etag in _tags(given, weak=weak)


def _tags(given: str, *, weak: bool) -> Iterable[str]:
    """Yield the tags of a list, up to where it is malformed."""
    at = 0
    while (found := TAG.match(given, at)) is not None:
        if weak or not found[1]:
            yield found[2]
        at = found.end()
