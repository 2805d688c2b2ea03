"""Signatures of requests (RFC 9421), asked of each key that was made with a signing key.

What the signature covers cannot be altered, left out or added to on the way; that it is not sent
again is seen by its nonce. The body's digest is covered, and is verified where the body is read.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureComponentResolver,
    MappingKeyResolver,
    VerifyResult,
)
from http_message_signatures.algorithms import ED25519
from starlette.datastructures import Headers
from starlette.types import Scope

from api.http.integrity.digests import known
from api.http.problems import (
    SignatureInvalid,
    SignatureMissing,
    SignatureOutdated,
    SignatureReplayed,
)
from api.http.state import Gateway
from shared.access import signing
from shared.access import store as keys
from shared.core.principal import SigningKey

MOST = 4_096
"""Bytes of `Signature` and `Signature-Input` together: a signature takes some four hundred."""

AHEAD = timedelta(minutes=1)
"""How far the clocks of who signs and who verifies, or of two gateways, may be apart."""


@dataclass(frozen=True, slots=True)
class _Message:
    """A request as the library reads it; *url* has the host that it names, whatever that is."""

    method: str
    url: str
    headers: Headers
    path: str
    query: str


class _Components(HTTPSignatureComponentResolver):
    """Path and query are what we act on: out of the URL, a `Host` with a path could say others."""

    def get_path(self) -> str:
        """Return `@path`."""
        return str(self.message.path)

    def get_query(self) -> str:
        """Return `@query`."""
        return f"?{self.message.query}"


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Leave it to us, who tell what is outdated from what is false."""


async def require_signature(scope: Scope, held: Gateway, key: SigningKey) -> None:
    """Let a request that changes something pass if it is signed by *key*; its nonce is spent then.

    Raises: SignatureMissing, SignatureInvalid, SignatureOutdated, SignatureReplayed, MalformedBody
    where `Content-Digest` is none.
    """
    if scope["method"] in signing.CHANGES_NOTHING:
        return
    message = _message(scope)
    verified = _verified(message, key.public)
    _require_covered(message, verified)
    created, nonce = _stamped(verified.parameters)
    _require_in_time(verified.parameters, created, held.signature_age)
    until = datetime.fromtimestamp(created, UTC) + held.signature_age + AHEAD
    async with held.database.driver() as driver:
        if not await keys.spend(driver, key.number, nonce, until):
            raise SignatureReplayed("the signature's nonce was used before: sign the request anew")


def _message(scope: Scope) -> _Message:
    headers = Headers(scope=scope)
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    host = headers.get("host") or "localhost"
    url = f"{scope['scheme']}://{host}{path}" + (f"?{query}" if query else "")
    return _Message(scope["method"], url, headers, path, query)


def _verified(message: _Message, public: str) -> VerifyResult:
    """Return the one signature of *message* that has our tag.

    Raises: SignatureMissing, SignatureInvalid.
    """
    given = [message.headers.getlist(name) for name in ("signature-input", "signature")]
    if not all(given):
        raise SignatureMissing("send `Signature-Input` and `Signature`: the key was made to sign")
    if sum(len(value) for values in given for value in values) > MOST:
        raise SignatureInvalid(f"`Signature-Input` and `Signature` have at most {MOST} bytes")
    resolver = MappingKeyResolver(public_keys={public: signing.read(public)}, private_keys={})
    verifier = _Verifier(
        signature_algorithm=ED25519, key_resolver=resolver, component_resolver_class=_Components
    )
    try:
        found = verifier.verify(message, max_age=None, expect_tag=signing.TAG)
    except HTTPMessageSignaturesException:
        raise SignatureInvalid(
            f'no signature with the tag "{signing.TAG}" holds: what it covers is not as it was'
            " signed, or it is not by the signing key that the API key was made with"
        ) from None
    if len(found) > 1:
        raise SignatureInvalid(f'one signature has the tag "{signing.TAG}", not several')
    return found[0]


def _require_covered(message: _Message, verified: VerifyResult) -> None:
    """Refuse what was signed in part. Raises: SignatureInvalid, MalformedBody."""
    needed = signing.to_cover(message.method, message.headers)
    lacking = [each for each in needed if f'"{each}"' not in verified.covered_components]
    if lacking:
        raise SignatureInvalid(f"the signature does not cover: {', '.join(lacking)}")
    if "content-digest" in needed and not known(message.headers.getlist("content-digest")):
        raise SignatureInvalid("`Content-Digest` has neither sha-256 nor sha-512")


def _stamped(parameters: dict[str, Any]) -> tuple[int, str]:
    """Return when a signature was made, and its nonce. Raises: SignatureInvalid."""
    created, nonce = parameters.get("created"), parameters.get("nonce", "")
    least, most = signing.NONCE[0], signing.NONCE[-1]
    if created is None or len(nonce) not in signing.NONCE:
        raise SignatureInvalid(
            f"a signature says when it was `created`, and has a `nonce` of {least} to {most}"
            " characters"
        )
    return created, nonce


def _require_in_time(parameters: dict[str, Any], created: int, age: timedelta) -> None:
    """Refuse what is too old, not yet made, or past its own end. Raises: SignatureOutdated."""
    now = time.time()
    if not now - age.total_seconds() <= created <= now + AHEAD.total_seconds():
        raise SignatureOutdated(
            f"a signature is at most {age.total_seconds():g} s old, and not of the future: sign the"
            " request anew, and see that the clock is right",
        )
    if parameters.get("expires", now) < now:
        raise SignatureOutdated("the signature has ended, as its `expires` says")
