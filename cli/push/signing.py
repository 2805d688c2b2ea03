"""Signing what is sent (RFC 9421), for keys that were made with a signing key."""

import secrets
from collections.abc import Generator
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from cli.errors import CommandError
from shared.access import signing


class Signing(httpx.Auth):
    """Signs each request each time it is sent, since a signature is taken once."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Sign with *key*."""
        self._keyid = signing.written(key.public_key())
        keys = MappingKeyResolver(public_keys={}, private_keys={self._keyid: key})
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=keys)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign what changes something; its `Content-Digest` stands there already."""
        if request.method not in signing.CHANGES_NOTHING:
            self._signer.sign(
                request,
                key_id=self._keyid,
                nonce=secrets.token_urlsafe(16),
                tag=signing.TAG,
                label=signing.TAG,
                covered_component_ids=signing.to_cover(request.method, request.headers),
                use_existing_digest="content-digest" in request.headers,
            )
        yield request


def signing_with(file: Path) -> Signing:
    """Return what signs with the private key in *file*. Raises: CommandError."""
    try:
        return Signing(signing.private_key(file.read_bytes()))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from None
    except signing.KeyUnusable as error:
        raise CommandError(f"{file} {error}") from None
