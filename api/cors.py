"""Which pages of other origins may call the gateway from a browser."""

from typing import Any

from api.http.headers import HEADERS
from shared.access.signing import WHERE_SENT

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
TAKEN = (
    "Authorization",
    "Content-Digest",
    "If-Match",
    "If-None-Match",
    "Signature",
    "Signature-Input",
    "X-Request-ID",
    *WHERE_SENT,
)
KEPT_SECONDS = 600


def of(origins: str) -> dict[str, Any]:
    """Return what Starlette's middleware is told for *origins*, parted by a space.

    A key is sent in a header of its own, by whoever has it: no cookie is asked for.
    """
    return {
        "allow_origins": origins.split(),
        "allow_methods": METHODS,
        "allow_headers": TAKEN,
        "expose_headers": list(HEADERS),
        "max_age": KEPT_SECONDS,
    }
