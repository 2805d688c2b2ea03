"""What a token must say to be taken, in its header and in its claims (RFC 7519, RFC 8725)."""

import math
from typing import Any

from shared.access.tokens.configuration import Trust
from shared.access.tokens.refusal import Rule, refused

LEEWAY = 30.0
"""Seconds by which the issuer's clock and ours may differ."""

TYPES = {"jwt", "at+jwt", "application/at+jwt"}
"""A token of another type is for something else: a logout, an event."""

NOT_TAKEN = {"crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc", "cty"}
"""Extensions that must be understood, keys that the token brings along, contents that are not
claims. An issuer's keys come from where the operator said."""

OF_ID_TOKENS = {"nonce", "at_hash", "c_hash"}


def require_header(header: dict[str, Any], trust: Trust) -> tuple[str, str]:
    """Return the `kid` and algorithm that a token names. Raises: TokenRefused."""
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in trust.algorithms:
        raise refused(Rule.ALGORITHM)
    if NOT_TAKEN & header.keys():
        raise refused(Rule.HEADER)
    if not isinstance(kind, str) or kind.lower() not in TYPES:
        raise refused(Rule.TYPE)
    if not isinstance(kid, str):
        raise refused(Rule.UNKNOWN_KEY)
    return kid, algorithm


def require_claims(claims: dict[str, Any], trust: Trust, now: float) -> float:
    """Return when a token ends, in seconds since 1970, if it is of our issuer, for us and in time.

    Raises: TokenRefused.
    """
    if claims.get("iss") != trust.issuer:
        raise refused(Rule.ISSUER)
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not all(isinstance(each, str) for each in named) or trust.audience not in named:
        raise refused(Rule.AUDIENCE)
    if OF_ID_TOKENS & claims.keys():
        raise refused(Rule.OF_SIGN_IN)
    ends = _moment(claims, "exp", None)
    if ends + LEEWAY <= now:
        raise refused(Rule.EXPIRED)
    if max(_moment(claims, name, now) for name in ("nbf", "iat")) > now + LEEWAY:
        raise refused(Rule.NOT_YET_VALID)
    return ends + LEEWAY


def _moment(claims: dict[str, Any], name: str, otherwise: float | None) -> float:
    found = claims.get(name, otherwise)
    if isinstance(found, bool) or not isinstance(found, int | float) or not _finite(found):
        raise refused(Rule.CLAIMS)
    return float(found)


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # of a whole number that no float can be
        return False
