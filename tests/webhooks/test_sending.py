"""One request to a receiver, over real sockets."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.webhooks.model import Answer, DeliveryFailure
from shared.webhooks.sending import Resolve, Sender
from shared.webhooks.targets import Targets
from tests.webhooks.receiving import ALLOWED, receiving

HERE = Targets.read(ALLOWED)
PLENTY = timedelta(seconds=10)
NAME = "receiver.example"


@asynccontextmanager
async def sender(
    targets: Targets = HERE,
    limit: timedelta = PLENTY,
    resolve: Resolve | None = None,
    trusted: ssl.SSLContext | None = None,
) -> AsyncIterator[Sender]:
    """Give a sender, which is closed at the end."""
    made = Sender(targets, limit, resolve, trusted or ssl.create_default_context())
    yield made
    await made.close()


async def send(sending: Sender, url: str) -> Answer:
    """Send something."""
    return await sending.send(url, {"webhook-id": "1"}, b"{}")


def said(*addresses: str) -> Resolve:
    """Return a name server that says these of any name, one after the other, the last for ever."""
    left = [*addresses]

    async def resolve(_host: str, _port: int) -> list[str]:
        return [left.pop(0) if len(left) > 1 else left[0]]

    return resolve


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with receiving() as receiver, sender() as sending:
        receiver.status, receiver.fields = 302, f"Location: {receiver.url}\r\n"
        answer = await send(sending, receiver.url)

    assert (answer.status, answer.failure) == (302, DeliveryFailure.STATUS)
    assert len(receiver.got) == 1


async def test_a_name_is_judged_by_what_it_is_when_it_is_connected() -> None:
    """It was public when somebody subscribed, or a moment ago: that says nothing of now."""
    async with receiving() as receiver:
        url = f"https://{NAME}:{receiver.port}/"
        async with sender(Targets(), resolve=said("127.0.0.1")) as sending:
            assert (await send(sending, url)).failure == DeliveryFailure.TARGET_REFUSED
        named = Targets((ip_network("192.0.2.0/24"),))
        async with sender(named, timedelta(seconds=0.2), said("192.0.2.1", "127.0.0.1")) as sending:
            first, second = [(await send(sending, url)).failure for _ in range(2)]

    assert first in (DeliveryFailure.TIMED_OUT, DeliveryFailure.NOT_CONNECTED)
    assert second == DeliveryFailure.TARGET_REFUSED
    assert receiver.got == []


async def test_a_name_with_any_address_that_is_refused_is_refused() -> None:
    async def both(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    async with sender(Targets(), resolve=both) as sending:
        assert (await send(sending, f"https://{NAME}/")).failure == DeliveryFailure.TARGET_REFUSED


async def test_the_address_that_was_judged_is_connected_to_and_tls_asks_for_the_name(
    tmp_path: Path,
) -> None:
    serving, trusted = certified(tmp_path, NAME)
    async with receiving(tls=serving) as receiver:
        resolve = said("127.0.0.1")
        async with sender(resolve=resolve, trusted=trusted) as sending:
            good = await send(sending, f"https://{NAME}:{receiver.port}/")
            other = await send(sending, f"https://other.example:{receiver.port}/")

    assert (good.status, good.failure) == (204, None)
    assert receiver.got[0].headers["host"] == f"{NAME}:{receiver.port}"
    assert (other.status, other.failure) == (None, DeliveryFailure.TLS_FAILED)


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("http://127.0.0.1:1/", DeliveryFailure.NOT_CONNECTED),
        ("https://name.invalid/", DeliveryFailure.NAME_UNKNOWN),
    ],
)
async def test_what_keeps_a_request_from_arriving_has_a_code(
    url: str, failure: DeliveryFailure
) -> None:
    async with sender() as sending:
        answer = await send(sending, url)

    assert (answer.status, answer.failure) == (None, failure)


async def test_a_receiver_that_says_nothing_is_given_up() -> None:
    async with receiving(held=True) as receiver, sender(limit=timedelta(seconds=0.2)) as sending:
        answer = await send(sending, receiver.url)

    assert (answer.status, answer.failure) == (None, DeliveryFailure.TIMED_OUT)
    assert answer.milliseconds < 5_000


async def test_of_a_body_without_end_a_part_is_read() -> None:
    async with receiving() as receiver, sender() as sending:
        receiver.status, receiver.length, receiver.body = 200, 10**12, b"x" * 100_000
        answer = await send(sending, receiver.url)

    assert (answer.status, answer.failure) == (200, None)


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of this name serves with, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(public + private)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "server.pem")
    return serving, ssl.create_default_context(cadata=public.decode())
