"""RFC 9421 by its own example: B.2.6 signs with Ed25519."""

from typing import Any

import pytest
from http_message_signatures import InvalidSignature, MappingKeyResolver
from http_message_signatures.algorithms import ED25519

from api.http.integrity.signatures import _Components, _message, _Verifier
from shared.access import signing

PEM = b"""-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
HEADERS = {
    "host": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-length": "18",
    "signature-input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type"'
    ' "content-length");created=1618884473;keyid="test-key-ed25519"',
    "signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQ"
    "v5lIp5WPpBKRCw==:",
}


def scope(path: str) -> dict[str, Any]:
    """Return the request of the example as a server gives it."""
    headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    about = {"type": "http", "method": "POST", "scheme": "https", "path": path}
    return about | {"query_string": b"param=Value&Pet=dog", "headers": headers}


def test_the_standard_s_own_signature_holds_for_its_request_alone() -> None:
    written = signing.public_key(PEM)
    assert written == PEM.splitlines()[1].decode()
    keys = {"test-key-ed25519": signing.read(written)}
    resolver = MappingKeyResolver(public_keys=keys, private_keys={})
    verifier = _Verifier(
        signature_algorithm=ED25519, key_resolver=resolver, component_resolver_class=_Components
    )

    (found,) = verifier.verify(_message(scope("/foo")), max_age=None)

    assert found.parameters["created"] == 1618884473
    with pytest.raises(InvalidSignature):
        verifier.verify(_message(scope("/bar")), max_age=None)
