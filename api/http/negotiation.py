"""What a client would rather have, of what there is."""

import re
from collections.abc import Sequence
from functools import lru_cache

Q = re.compile(r"(?:^|;)\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)

REMEMBERED = 64
"""Headers for content codings: browsers and programs send few different ones, with every request.
"""


def media_type(header: str | None, offered: Sequence[str]) -> str:
    """Return which of the *offered* media types an Accept header prefers, the first by default.

    The most specific range decides each type's weight; of equal weights the first offered wins.
    Where nothing is accepted, the first is sent all the same. Source: RFC 9110, 12.5.1.
    """
    ranges = _weights(header)
    if not ranges:
        return offered[0]

    def weight(offer: str) -> float:
        kind = offer.partition("/")[0]
        matching = (each for each in (offer, f"{kind}/*", "*/*") if each in ranges)
        return ranges.get(next(matching, ""), 0.0)

    return max(offered, key=weight)


def language(header: str | None, offered: Sequence[str], default: str) -> str:
    """Return which of the *offered* languages an Accept-Language header prefers.

    `zh-CN` asks for `zh`. Of equal weights what the header names first wins; *default* where it
    asks for nothing that is offered. Source: RFC 9110, 12.5.4; RFC 4647, 3.4.
    """
    best, weight = default, 0.0
    ranges = _weights(header)
    rest = [default, *offered] if "*" in ranges else []
    named = [each.partition("-")[0] for each in ranges]
    primary: dict[str, float] = {}
    for tag, code in zip(ranges, named, strict=True):
        primary[code] = max(primary.get(code, 0.0), ranges[tag])
    for each in [code for code in named if code in offered] + rest:
        if primary.get(each, ranges.get("*", 0.0)) > weight:
            best, weight = each, primary.get(each, ranges.get("*", 0.0))
    return best


@lru_cache(REMEMBERED)
def coding(header: str | None, offered: tuple[str, ...]) -> str | None:
    """Return which of the *offered* content codings an Accept-Encoding header prefers; None: none.

    Of equal weights the first offered wins. As it is, an answer is sent where that is preferred, or
    nothing else is accepted. Source: RFC 9110, 12.5.3.
    """
    ranges = _weights(header)
    rest = ranges.get("*", 0.0)
    best = max(offered, key=lambda each: ranges.get(each, rest))
    weight = ranges.get(best, rest)
    return best if weight > 0 and weight >= ranges.get("identity", 0.0) else None


def _weights(header: str | None) -> dict[str, float]:
    """Read the ranges of a header with their weights, in its order; what is malformed is left out.

    Other parameters than the weight are not told apart.
    """
    weights: dict[str, float] = {}
    for item in (header or "").split(","):
        name, _, parameters = item.partition(";")
        given = Q.search(parameters)
        if name.strip() and (given or not re.search(r"(^|;)\s*q\s*=", parameters, re.IGNORECASE)):
            weights.setdefault(name.strip().lower(), float(given[1]) if given else 1.0)
    return weights
