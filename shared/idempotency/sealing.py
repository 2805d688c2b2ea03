"""Answers that say a secret: kept so that only who was told it can be told it again.

An answer is sealed by a key that is derived from the caller's own API key, of which the database
has no more than the hash: whoever reads the table, or holds another key, cannot open it.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
PURPOSE = b"pilotzone answer "


class NotTheirs(ValueError):
    """The answer was sealed with another secret."""


def seal(secret: str, key: str, body: bytes) -> bytes:
    """Return *body*, the answer to the request with the idempotency *key*, sealed by *secret*."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(secret, key).encrypt(nonce, body, None)


def unseal(secret: str, key: str, sealed: bytes) -> bytes:
    """Return what was sealed with the same secret and key. Raises: NotTheirs."""
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(secret, key).decrypt(nonce, rest, None)
    except InvalidTag:
        raise NotTheirs from None


def _cipher(secret: str, key: str) -> AESGCM:
    """Return a cipher for one request: the secret has 256 random bits and needs no slow hash."""
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE + key.encode())
    return AESGCM(derived.derive(secret.encode()))
