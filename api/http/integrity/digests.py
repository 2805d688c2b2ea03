"""`Content-Digest`: what the sender says the body's bytes come to (RFC 9530)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import AsyncIterator, Sequence

from api.http.problems import MalformedBody

PLACE = "/header/Content-Digest"
ALGORITHMS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
MEMBER = re.compile(r"\s*([a-z0-9-]+)\s*=\s*:([A-Za-z0-9+/=]*):\s*(;[^,]*)?")


async def verified(stream: AsyncIterator[bytes], given: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield what *stream* does; at its end the digest that was *given* must be that of the bytes.

    The bytes are those that were sent, packed or not. Of several algorithms each that we know is
    looked at; where none is known the body is refused, since its sender relies on the digest.
    Raises: MalformedBody.
    """
    expected = known(given)
    if given and not expected:
        message = "Content-Digest has neither sha-256 nor sha-512"
        raise MalformedBody.of("digest-unknown", message, PLACE, algorithms=[*ALGORITHMS])
    hashes = {name: ALGORITHMS[name]() for name in expected}
    async for piece in stream:
        for each in hashes.values():
            each.update(piece)
        yield piece
    for name, each in hashes.items():
        if not hmac.compare_digest(each.digest(), expected[name]):
            message = f"the body is not the one that Content-Digest says: {name} differs"
            raise MalformedBody.of("digest-differs", message, PLACE, algorithm=name)


def known(given: Sequence[str]) -> dict[str, bytes]:
    """Return the digests that headers name, by algorithm that we know. Raises: MalformedBody."""
    found = {}
    for each in ",".join(given).split(",") if given else ():
        member = MEMBER.fullmatch(each)
        if member is None:
            message = "Content-Digest is written sha-256=:…:"
            raise MalformedBody.of("digest-malformed", message, PLACE)
        try:
            found[member[1]] = base64.b64decode(member[2], validate=True)
        except binascii.Error:
            message = "Content-Digest has its digest in base64"
            raise MalformedBody.of("digest-malformed", message, PLACE) from None
    return {name: digest for name, digest in found.items() if name in ALGORITHMS}
