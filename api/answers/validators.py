"""Validators: who has an answer already is told so, instead of being sent it again (RFC 9110, 13).

An `ETag` is a digest of the bytes that are sent, before they are compressed, and the coding behind
it. So it says nothing that they do not, and what two readers may see differently has different
ones; and it is known before anything was compressed. Whoever has an answer in one coding is not
sent it again in another.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.answers.codings import CODINGS
from api.http.problems import PreconditionFailed, PreconditionRequired
from shared.core.errors import told

DIGEST_BYTES = 16
TAG = re.compile(r'\s*(W/)?("[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')

WEAK = "W/"
"""Before a tag of the same content, though not byte for byte."""

REVALIDATED = "private, no-cache"
"""A reader may keep an answer for itself, if it asks each time whether it still holds."""

KEPT_BY_304 = (b"etag", b"cache-control", b"vary")


def etag_of(body: bytes) -> str:
    """Return the `ETag` of an answer that is sent as *body*."""
    digest = blake2b(body, digest_size=DIGEST_BYTES).digest()
    return f'"{urlsafe_b64encode(digest).rstrip(b"=").decode()}"'


def validated(answer: Response) -> Response:
    """Give *answer* its validator, and say who may keep it; return it."""
    if "etag" not in answer.headers:
        answer.headers["ETag"] = etag_of(bytes(answer.body))
        answer.headers.setdefault("Cache-Control", REVALIDATED)
        answer.headers.add_vary_header("Authorization, Accept-Encoding")
    return answer


def coded(etag: str, coding: str) -> str:
    """Return the `ETag` in *coding* of the answer that has *etag* as it is."""
    return f'{etag[:-1]}-{coding}"'


def unless_known(scope: Scope, answer: Response) -> Response:
    """Return *answer*, or 304 where the request of *scope* names its `ETag`.

    Weak tags are as good as strong ones for this; what is malformed names nothing.
    """
    given = [value for name, value in scope["headers"] if name == b"if-none-match"]
    if not given:
        return answer
    etag = answer.headers["etag"]
    # Who asks again and again sends this one tag, which need not be parsed.
    known = etag if given == [etag.encode()] else named(b",".join(given).decode("latin-1"), etag)
    if known is None:
        return answer
    unchanged = Response(status_code=304)
    unchanged.raw_headers = [
        # It says which of its answers still holds.
        (name, known.encode() if name == b"etag" else value)
        for name, value in answer.raw_headers
        if name in KEPT_BY_304
    ]
    return unchanged


def require_current(request: Request, stands: bytes) -> None:
    """Let who has read that *stands* is the state change it, and nobody else; `*` is any state.

    Raises: PreconditionRequired, PreconditionFailed.
    """
    given = request.headers.getlist("if-match")
    if not given:
        message = "send the `ETag` of what you read as `If-Match`, or `*`"
        raise PreconditionRequired(message, (told("/header/If-Match", "missing", message, {}),))
    if named(",".join(given), etag_of(stands), weak=False) is None:
        raise PreconditionFailed("something else stands by now: read that first")


def refuse_condition(request: Request) -> None:
    """Refuse to change what has no `ETag` under a condition on it, which would pass unheeded.

    `*` asks for nothing. Raises: PreconditionFailed.
    """
    given = request.headers.getlist("if-match")
    if given and ",".join(given).strip() != "*":
        raise PreconditionFailed("nothing that is changed here has an `ETag` to compare with")


def named(given: str, etag: str, *, weak: bool = True) -> str | None:
    """Return the tag of a list, or `*`, that names *etag* in any coding; None: there is none.

    If *weak*, weak tags are as good.
    """
    if given.strip() == "*":
        return etag
    own = etag.removeprefix(WEAK)
    any_coding = {own, *(coded(own, coding) for coding in CODINGS)}
    found = next((each for each in _tags(given, weak=weak) if each in any_coding), None)
    return found and etag.removesuffix(own) + found


def _tags(given: str, *, weak: bool) -> Iterable[str]:
    """Yield the tags of a list, up to where it is malformed."""
    at = 0
    while (found := TAG.match(given, at)) is not None:
        if weak or not found[1]:
            yield found[2]
        at = found.end()
