"""A push by a key that signs: each time it is sent it is signed anew, and a gateway takes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.integrity.signatures import (
    _message,
    _require_covered,
    _stamped,
    _verified,
)
from cli.errors import CommandError
from cli.push.signing import signing_with
from shared.access import signing
from shared.database import Database
from tests.cli.test_command_line import pilotzone
from tests.cli.test_push_sending import outcome, push
from tests.fixtures.ask import one
from tests.fixtures.sockets import serving

PRIVATE = Ed25519PrivateKey.generate()


def private(key: Any = PRIVATE, password: bytes | None = None) -> bytes:
    """Return a private key as its PEM file."""
    closed = NoEncryption() if password is None else BestAvailableEncryption(password)
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closed)
    return pem


def public(key: Any = PRIVATE) -> bytes:
    """Return its public half as its PEM file."""
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem


@dataclass
class Busy:
    """A gateway that is away the first time, and keeps the heads of what it is sent."""

    sent: list[Scope] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self.sent.append(scope)
        answer = Response(status_code=503) if len(self.sent) == 1 else outcome("all_committed")
        await answer(scope, receive, send)


async def test_each_time_it_is_sent_it_is_signed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a gateway asks for it: what it verifies with says so here."""
    monkeypatch.setenv("PILOTZONE_KEY", "any")
    file = tmp_path / "counts.csv"
    file.write_text("applicant,measure,value,as_of\nC1,stations,5,2026-06-01\n")
    (tmp_path / "signing.pem").write_bytes(private())
    gateway = Busy()
    async with serving(gateway) as served:
        url = f"http://127.0.0.1:{served.port}"
        assert await push(file, url, f"--sign-with={tmp_path}/signing.pem") == 0

    keyid, nonces = signing.public_key(public()), set()
    for scope in gateway.sent:
        message = _message(scope)
        verified = _verified(message, keyid)
        _require_covered(message, verified)
        nonces.add(_stamped(verified.parameters)[1])
    assert len(nonces) == len(gateway.sent) == 2


NO_PRIVATE_KEY = "holds no private key in PEM that opens without a password"
OTHER_KIND = "holds a key of another kind than Ed25519"
OTHER = generate_private_key(SECP256R1())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", NO_PRIVATE_KEY),
        (public(), NO_PRIVATE_KEY),
        (private(password=b"any"), NO_PRIVATE_KEY),
        (private(OTHER), OTHER_KIND),
    ],
)
def test_what_cannot_sign_is_refused_before_anything_is_sent(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "signing.pem"
    with pytest.raises(CommandError, match=f"^{file} cannot be read: "):
        signing_with(file)
    file.write_bytes(content)
    with pytest.raises(CommandError, match=f"^{file} {said}$"):
        signing_with(file)


async def test_a_key_is_made_with_a_public_key_and_listed_with_it(
    url: str, owner: Database, tmp_path: Path
) -> None:
    def keys(*arguments: str) -> str:
        answer = pilotzone("keys", *arguments, PILOTZONE_DATABASE_URL=url)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    file = tmp_path / "signing.pub"
    file.write_bytes(public())
    keys("create", "--role=source", "--name=x", f"--signing-key={file}")
    keys("create", "--role=source", "--name=y")

    header, *lines = (line.split("\t") for line in keys("list").splitlines())
    signs = header.index("signs by")
    written = public().splitlines()[1].decode()
    assert [(line[1], line[signs]) for line in lines] == [("x", written), ("y", "nothing")]
    detail = "SELECT detail ->> 'signing_key' FROM audit_event WHERE subject = 'x'"
    assert await one(owner, detail) == written


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: b"ssh-ed25519 AAAA", "holds no public key in PEM"),
        (private, "holds a private key, which stays with whoever signs: give the public one"),
        (lambda: public(OTHER), OTHER_KIND),
    ],
)
def test_no_key_is_made_with_what_is_no_public_key(
    url: str, tmp_path: Path, content: Callable[[], bytes], said: str
) -> None:
    file = tmp_path / "signing.pub"
    make = "keys", "create", "--role=source", "--name=x", f"--signing-key={file}"
    missing = pilotzone(*make, PILOTZONE_DATABASE_URL=url)
    file.write_bytes(content())
    answer = pilotzone(*make, PILOTZONE_DATABASE_URL=url)

    assert missing.stderr == f"error: {file} cannot be read: No such file or directory\n"
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"error: {file} {said}\n"
