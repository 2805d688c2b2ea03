"""Requests signed as clients sign them, and as those do who are to be refused."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import ContentDigest, HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from shared.access import signing
from shared.database import Database
from tests.fixtures.http import digest, key
from tests.fixtures.make import STATIONS, World

VALUE = {"applicant": "C1", "measure": STATIONS, "value": 5, "as_of": "2026-06-01"}
BODY = json.dumps(VALUE).encode()


def pair() -> tuple[Ed25519PrivateKey, str]:
    """Return a new key, and its public half as it is stored."""
    private = Ed25519PrivateKey.generate()
    return private, signing.written(private.public_key())


class _AnyDigest(ContentDigest):
    @classmethod
    def prepare(cls, *_: Any, **__: Any) -> None:
        """Take what is there, as a client may that knows of other digests."""


class _Signer(HTTPMessageSigner):
    content_digest_class = _AnyDigest


@dataclass(frozen=True)
class Signer:
    """Sends requests with an API key, each signed; what the fields say may be wrong on purpose."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    private: Ed25519PrivateKey
    keyid: str
    age: timedelta = timedelta(0)
    tag: str | None = signing.TAG
    nonce: str | None = field(default_factory=lambda: secrets.token_urlsafe(16))
    cover: Sequence[str] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    def request(
        self, method: str, path: str, content: bytes = b"", **headers: str
    ) -> httpx.Request:
        """Return a request that is signed."""
        sent = {"Content-Type": "application/json"}
        sent |= {} if method == "DELETE" else {"Content-Digest": digest(content)}
        sent |= self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.client.build_request(method, path, content=content, headers=sent)
        self.sign(request)
        return request

    def sign(self, request: httpx.Request, label: str = "ours") -> None:
        """Sign *request*, beside the signatures that it has."""
        keys = MappingKeyResolver(public_keys={}, private_keys={self.keyid: self.private})
        signer = _Signer(signature_algorithm=ED25519, key_resolver=keys)
        cover = self.cover or signing.to_cover(request.method, request.headers)
        signer.sign(
            request,
            key_id=self.keyid,
            created=datetime.now(UTC) - self.age,
            nonce=self.nonce,
            tag=self.tag,
            label=label,
            covered_component_ids=cover,
            append_if_signature_exists=True,
            **self.more,
        )

    def put_on(self, method: str, path: str, content: bytes) -> tuple[tuple[str, str], ...]:
        """Return what signing adds to the headers of a request."""
        headers = self.request(method, path, content).headers
        names = ("Content-Digest", "Signature-Input", "Signature")
        return tuple((name, headers[name]) for name in names)

    async def send(
        self, method: str, path: str, content: bytes = b"", **headers: str
    ) -> httpx.Response:
        """Send a request that is signed."""
        return await self.client.send(self.request(method, path, content, **headers))


async def signer(world: World, owner: Database, role: str = "source") -> Signer:
    """Return who sends with a new key of *role* that signs."""
    private, public = pair()
    headers = await key(owner, role, f"signing-{role}", signing_key=public)
    return Signer(world.client, headers, private, public)
