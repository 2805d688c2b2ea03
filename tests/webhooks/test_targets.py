"""Where deliveries may go: addresses of the internet, and of networks that are named."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.targets import Targets

PUBLIC = ("8.8.8.8", "203.0.114.1", "2606:4700::1111", "2a00:1450:4001::1")
REFUSED = {
    "loopback": ("127.0.0.1", "127.8.8.8", "::1"),
    "private": ("10.1.2.3", "172.16.0.1", "192.168.0.1", "fd00::1", "fc00::1"),
    "link-local": ("169.254.169.254", "fe80::1", "fe80::1%eth0"),
    "shared by subscribers of a provider": ("100.64.0.1", "100.127.255.254"),
    "unspecified, or of this network": ("0.0.0.0", "0.1.2.3", "::"),  # noqa: S104 -- it is not bound
    "multicast": ("224.0.0.1", "239.255.255.255", "232.1.1.1", "ff02::1", "ff0e::1"),
    "reserved, broadcast, documentation": (
        *("240.0.0.1", "255.255.255.255", "192.0.2.1", "198.51.100.1", "203.0.113.1"),
        *("198.18.0.1", "192.0.0.1", "192.88.99.1", "2001:db8::1", "3fff::1", "5f00::1"),
    ),
    "IPv4 in IPv6": ("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    "NAT64": ("64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::a00:1"),
    "6to4 and Teredo": ("2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
    "site-local": ("fec0::1",),
}
EVERYWHERE = Targets()


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached_with_tls_alone(address: str) -> None:
    assert EVERYWHERE.admit(address, plain=False)
    assert not EVERYWHERE.admit(address, plain=True)


@pytest.mark.parametrize("address", [each for kind in REFUSED.values() for each in kind])
def test_addresses_that_are_not_the_internet_are_refused(address: str) -> None:
    assert not EVERYWHERE.admit(address, plain=False)
    literal = f"[{address}]" if ":" in address else address
    if "%" not in address:
        codes = {each.code for each in EVERYWHERE.findings(f"https://{literal}:8443/hooks")}
        assert codes == {"target-refused"}


def test_networks_that_are_named_are_reached_also_without_tls() -> None:
    targets = Targets.read("10.20.0.0/16 fd00:20::/32")

    assert all(targets.admit("10.20.3.4", plain=plain) for plain in (False, True))
    assert targets.admit("fd00:20::5", plain=True)
    assert not targets.admit("10.21.0.1", plain=False)
    assert not targets.admit("8.8.8.8", plain=True)
    assert list(targets.findings("http://10.20.3.4/")) == []
    assert list(targets.findings("http://receiver.example/")) == []  # judged when it is connected


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_whatever_is_admitted_is_global_and_carries_no_other_address(
    address: IPv4Address | IPv6Address,
) -> None:
    if EVERYWHERE.admit(str(address), plain=False):
        found = ip_address(str(address))
        assert found.is_global
        assert not found.is_multicast
        if isinstance(found, IPv6Address):
            assert (found.ipv4_mapped, found.sixtofour, found.teredo) == (None, None, None)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://receiver.example/", "not-https"),
        ("ftp://receiver.example/", "not-a-url"),
        ("https:///hooks", "not-a-url"),
        ("https://[::1", "not-a-url"),
        ("https://receiver.example:99999/", "not-a-url"),
        ("https://receiver.example:0/", "host-unusable"),
        ("https://2130706433/", "host-unusable"),
        ("https://0x7f.1/", "host-unusable"),
        ("https://127.1/", "host-unusable"),
        ("https://receiver_example/", "host-unusable"),
        ("https://user@receiver.example/", "userinfo"),
        ("https://user:word@receiver.example/", "userinfo"),
        ("https://receiver.example/#", "fragment"),
        ("https://receiver.example/#part", "fragment"),
    ],
)
def test_what_is_wrong_with_a_url_has_a_code(url: str, code: str) -> None:
    assert [each.code for each in EVERYWHERE.findings(url)] == [code]


def test_other_urls_are_taken() -> None:
    for url in ("https://receiver.example/", "https://a.example:8443/x?y=z", "https://8.8.8.8"):
        assert list(EVERYWHERE.findings(url)) == []
