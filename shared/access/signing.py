"""Signing keys, and what a signature covers (RFC 9421): one word for gateway and client.

A signing key is written as its PEM file has it between the two lines: the base64 of its DER form,
60 characters. That text is stored, is the `keyid` of signatures, and is what operators compare.
"""

import base64
from collections.abc import Container

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

TAG = "pilotzone"
"""Tells our signature from those that others put on the same request."""

CHANGES_NOTHING = ("GET", "HEAD")
"""What needs no signature."""

ALWAYS = ("@method", "@path", "@query", "authorization")
"""`authorization` ties a signature to one key of one service, whatever its host is called."""

WHERE_SENT = ("content-type", "content-encoding", "prefer", "idempotency-key")
"""Header fields that change what a request does: none may be added unseen."""

NONCE = range(16, 65)
"""How many characters a nonce may have."""

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)


class KeyUnusable(ValueError):
    """A file holds no key that can be used here; the message follows the file's name."""


def to_cover(method: str, sent: Container[str]) -> list[str]:
    """Return what the signature of a request must cover that has the header fields *sent*.

    The digest stands for the body; DELETE has none.
    """
    digest = [] if method == "DELETE" else ["content-digest"]
    return [*ALWAYS, *digest, *(each for each in WHERE_SENT if each in sent)]


def written(key: Ed25519PublicKey) -> str:
    """Return a public key as it is stored and named."""
    return base64.b64encode(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def read(written_key: str) -> Ed25519PublicKey:
    """Return the public key that `written` wrote. Raises: KeyUnusable."""
    try:
        key = load_der_public_key(base64.b64decode(written_key, validate=True))
    except UNREADABLE:
        raise KeyUnusable("holds no public key") from None
    return _of_ed25519(key)


def public_key(pem: bytes) -> str:
    """Return the public key in a PEM file. Raises: KeyUnusable."""
    if b"PRIVATE KEY" in pem:
        raise KeyUnusable(
            "holds a private key, which stays with whoever signs: give the public one"
        )
    try:
        key = load_pem_public_key(pem)
    except UNREADABLE:
        raise KeyUnusable("holds no public key in PEM") from None
    return written(_of_ed25519(key))


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """Return the private key in a PEM file, which has no password. Raises: KeyUnusable."""
    try:
        key = load_pem_private_key(pem, password=None)
    except UNREADABLE:
        raise KeyUnusable("holds no private key in PEM that opens without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(OTHER_KIND)
    return key


OTHER_KIND = "holds a key of another kind than Ed25519"


def _of_ed25519(key: object) -> Ed25519PublicKey:
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(OTHER_KIND)
    return key
