"""The headers of answers as the contract describes them, all but `Content-Type` and the like."""

from collections.abc import Iterable
from typing import Any

from shared.quotas.lease import Standing

HEADERS = {
    "X-Request-ID": "What the request gave as its `X-Request-ID`, if that is 1 to 64 of"
    " A-Z a-z 0-9 . _ - alone; otherwise a new id. The logs and the audit trail have it too.",
    "X-Content-Type-Options": "Always `nosniff`: the answer is what its `Content-Type` says.",
    "Link": 'Where the next page is, as `<…>; rel="next"`; left out on the last. Behind the first,'
    ' `rel="first"` leads back to it, and in a ranking `rel="prev"` to the page before.'
    " Other lists lead forward alone, since a page there is known by the item before it: who goes"
    " back keeps the address of the page that it had."
    ' `rel="rest"` leads to all rows at fault of a file.',
    "Location": "Where to follow what was asked for, as a path.",
    "Idempotency-Replayed": "`true` where the request took effect before: the answer is that of"
    " then, byte for byte, the `request_id` in it too.",
    "Preference-Applied": "Which preferences of `Prefer` shaped the answer, if any did.",
    "Content-Encoding": "How the answer is compressed, of what `Accept-Encoding` takes: `zstd`,"
    " `br` or `gzip`. Left out of short answers, and of those that say a secret.",
    "ETag": "A digest of the bytes of the answer, and the coding if it is compressed. Send it as"
    " `If-None-Match`: the answer comes only if it has become another.",
    "Cache-Control": "Who may keep the answer, and for how long.",
    "Vary": "The headers of the request that the answer depends on.",
    "Content-Language": "The language of the text, `zh` or `en`; left out of JSON, which has both.",
    "Deprecation": "Since when what was asked for should not be used, as `@` and seconds since"
    ' 1970. `Link` with `rel="successor-version"` leads to what to use instead.',
    "Sunset": "From when on what was asked for may be gone.",
    "Content-Disposition": "Under which name the answer is kept as a file.",
    "Pilotzone-Run": "Of which run all of the answer is; 0: the round has none yet. Left out of"
    " exports of what was reported, unless they are asked for as of a run.",
    "WWW-Authenticate": "`Bearer`, with `error` where what was sent opens nothing.",
    "RateLimit-Policy": "The quotas that the request was held to: of each its name, how many (`q`)"
    " in how many seconds (`w`). Left out, as `RateLimit` is, where the key has none.",
    "RateLimit": "Of each of these quotas, how much is left (`r`) for how many seconds (`t`), as"
    " far as the gateway knows.",
    "Retry-After": "Seconds to wait before the same request is sent again.",
}

LIMITS = ("RateLimit-Policy", "RateLimit")

NOT_ALWAYS = {
    "Vary",
    "Content-Encoding",
    "Link",
    "Idempotency-Replayed",
    "Preference-Applied",
    "Content-Language",
    "Deprecation",
    "Sunset",
    "Pilotzone-Run",
    *LIMITS,
}
"""What an answer may leave out though its operation names it."""


def left(standings: Iterable[Standing]) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell what is left of quotas.

    Source of their form: draft-ietf-httpapi-ratelimit-headers-10.
    """
    policies, limits = list[str](), list[str]()
    for each in standings:
        policy = each.policy
        policies.append(f'"{policy.counted}";q={policy.limit};w={policy.window}')
        limits.append(f'"{policy.counted}";r={each.left};t={each.seconds}')
    return [
        (name.lower().encode(), ", ".join(said).encode())
        for name, said in zip(LIMITS, (policies, limits), strict=True)
    ]


def sends(*names: str) -> dict[str, Any]:
    """Return what one of an operation's `responses` says of the headers that it sends."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def components() -> dict[str, Any]:
    """Return what `sends` refers to."""
    return {
        name: {"description": said, "schema": {"type": "string"}}
        | ({} if name in NOT_ALWAYS else {"required": True})
        for name, said in HEADERS.items()
    }
