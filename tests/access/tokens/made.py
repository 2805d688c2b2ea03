"""Tokens made by hand, as an issuer would and as nobody should."""

import base64
import hmac
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from shared.access.tokens.configuration import Trust
from shared.access.tokens.mapping import Mapping as Meaning

ISSUER = "https://login.example/realms/province"
AUDIENCE = "pilotzone"
MEANING = {
    "roles_claim": "roles",
    "roles": [
        {"value": "administrators", "role": "admin"},
        {"value": "statistics", "role": "source", "measures": ["stations"]},
        {"value": "panel", "role": "expert"},
        {"value": "county", "role": "portal", "applicants": {"claim": ["pilotzone", "areas"]}},
    ],
}


@cache
def keys() -> dict[str, Key]:
    """Return a private key of each kind, by `kid`; making one of RSA takes a while."""
    return {
        "rsa": RSAKey.generate_key(2048),
        "ec": ECKey.generate_key("P-256"),
        "ed": OKPKey.generate_key("Ed25519"),
    }


def published(*kids: str) -> dict[str, Any]:
    """Return the set of the public halves of these keys."""
    named = {kid: keys()[kid].as_dict(private=False) for kid in kids or keys()}
    return {"keys": [each | {"kid": kid} for kid, each in named.items()]}


def trust(algorithms: str = "RS256 ES256 EdDSA Ed25519") -> Trust:
    """Return what an operator who trusts the issuer says."""
    meaning = Meaning.model_validate(MEANING)
    return Trust(ISSUER, AUDIENCE, frozenset(algorithms.split()), meaning)


def claims(**changed: Any) -> dict[str, Any]:
    """Return what a valid token says; None takes a claim away."""
    now = int(time.time())
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "7f3a",
        "iat": now,
        "exp": now + 86_400,
        "roles": ["county", "statistics"],
    }
    return {name: each for name, each in (said | changed).items() if each is not None}


def encoded(part: bytes) -> str:
    """Return a part as it is written."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def token(
    said: Mapping[str, Any] | bytes,
    header: Mapping[str, Any] | bytes | None = None,
    key: Key | None = None,
    by: str = "Ed25519",
) -> str:
    """Return a token that says this, signed *by* an algorithm with the *key* of its header."""
    header = header or {"alg": by, "kid": "ed", "typ": "at+jwt"}
    parts = [
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, said)
    ]
    signed = ".".join(map(encoded, parts))
    if by == "none":
        return f"{signed}."
    if key is None:
        key = keys()[dict(header)["kid"]] if isinstance(header, Mapping) else keys()["ed"]
    return f"{signed}.{encoded(JWSRegistry.algorithms[by].sign(signed.encode(), key))}"


def confused(kid: str) -> str:
    """Return a token whose HMAC has the public key of this *kid* for its secret."""
    header = json.dumps({"alg": "HS256", "kid": kid}).encode()
    signed = ".".join(map(encoded, (header, json.dumps(claims()).encode())))
    key = keys()[kid]
    assert not isinstance(key, OctKey)
    mac = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{encoded(mac)}"
