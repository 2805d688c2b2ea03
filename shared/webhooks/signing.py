"""How a delivery is signed, as Standard Webhooks (1.0) does with a shared secret. Pure."""

import base64
import hashlib
import hmac
import secrets

SECRET_BYTES = 32
PREFIX = "whsec_"


def new_secret() -> bytes:
    """Return a secret for a new subscription."""
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """Return *secret* as its subscriber is told."""
    return PREFIX + base64.b64encode(secret).decode()


def headers(secret: bytes, number: str, attempt: int, moment: int, body: bytes) -> dict[str, str]:
    """Return what a delivery says of itself: its id, which attempt, when (Unix time), and proof."""
    signed = f"{number}.{moment}.".encode() + body
    proof = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": number,
        "webhook-attempt": str(attempt),
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{proof}",
    }
