"""The keys that an issuer publishes (JWK Set, RFC 7517), and which of them verifies what."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key, import_key
from joserfc.jws import JWSRegistry

from shared.access.tokens.compact import Compact
from shared.access.tokens.refusal import Rule, refused

ALGORITHMS = {
    name: name
    for name in (
        *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
        *("ES256", "ES384", "ES512", "Ed25519"),
    )
} | {"EdDSA": "Ed25519"}
"""Those that can be admitted, by the name of what verifies them: the older `EdDSA` leaves the curve
open. All are of two keys: what the issuer publishes verifies and cannot sign."""

KINDS = {"RSA", "EC", "OKP"}
PRIVATE = "d"
MOST_KEYS = 100
RSA_BITS = range(2048, 8193)
"""Shorter ones can be broken, and longer ones would hold up everybody."""


class KeysUnreadable(ValueError):
    """A document is no set of keys."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key, and the one algorithm that it is for if the issuer says so."""

    key: Key
    algorithm: str | None

    def fits(self, algorithm: str) -> bool:
        """Say whether the key is of the kind that *algorithm* takes."""
        if self.algorithm not in {None, algorithm}:
            return False
        try:
            JWSRegistry.algorithms[algorithm].check_key(self.key)
        except (JoseError, ValueError):
            return False
        return True


class KeySet:
    """The keys of an issuer by `kid`."""

    def __init__(self, document: dict[str, Any]) -> None:
        """Read those of a JWK Set that verify; others are left out. Raises: KeysUnreadable."""
        listed = document.get("keys")
        if not isinstance(listed, list) or len(listed) > MOST_KEYS:
            raise KeysUnreadable("it has no list of keys, or one that is too long")
        self._keys: dict[str, list[PublishedKey]] = {}
        for kid, key in _verifying(listed):
            self._keys.setdefault(kid, []).append(key)
        if not self._keys:
            raise KeysUnreadable("none of its keys can verify a token")

    def __contains__(self, kid: str) -> bool:
        return kid in self._keys

    def require_signed(self, token: Compact, kid: str, algorithm: str) -> None:
        """Verify a token by the key of this *kid*. Raises: TokenRefused."""
        if kid not in self._keys:
            raise refused(Rule.UNKNOWN_KEY)
        name = ALGORITHMS[algorithm]
        fitting = [each.key for each in self._keys[kid] if each.fits(name)]
        if not fitting:
            raise refused(Rule.ALGORITHM)
        verify = JWSRegistry.algorithms[name].verify
        if not any(verify(token.signed, token.signature, key) for key in fitting):
            raise refused(Rule.SIGNATURE)


def _verifying(listed: list[Any]) -> Iterator[tuple[str, PublishedKey]]:
    for each in listed:
        if isinstance(each, dict) and _is_to_verify(each) and (key := _public(each)) is not None:
            algorithm = each.get("alg")
            yield each["kid"], PublishedKey(key, algorithm and ALGORITHMS.get(algorithm, algorithm))


def _is_to_verify(document: dict[str, Any]) -> bool:
    """Say whether a key is named, public, of a kind that we use, and meant for signatures."""
    operations = document.get("key_ops", ["verify"])
    return (
        all(isinstance(document.get(name, ""), str) for name in ("kty", "alg"))
        and isinstance(document.get("kid"), str)
        and document.get("kty") in KINDS
        and document.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and PRIVATE not in document
    )


def _public(document: dict[str, Any]) -> Key | None:
    """Return the key; None for one that is none, or of which nobody is safe."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SecurityWarning)
            key = import_key(document)
        bits = getattr(key.raw_value, "key_size", None)
    except (JoseError, ValueError, TypeError, SecurityWarning):
        return None
    return None if document["kty"] == "RSA" and bits not in RSA_BITS else key
