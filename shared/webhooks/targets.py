"""Where deliveries may go: to public addresses, and to networks that the operator names. Pure.

A name is judged by the addresses that it has when the connection is made (`sending`): what it had
when somebody subscribed says nothing of later. Source of the special networks: IANA's registries
for special-purpose addresses (RFC 6890), as `ipaddress` has them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias
from urllib.parse import SplitResult, urlsplit

from shared.core.errors import Finding

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

POINTER = "/url"

WITHIN = IPv6Network("2000::/3")
"""All of IPv6 that is handed out to the world, but for what follows."""

NOBODY = tuple(map(IPv6Network, ("2001::/32", "2002::/16", "3fff::/20")))
"""Teredo and 6to4, in which an IPv4 address stands that is who is reached; documentation."""

RELAYS = IPv4Network("192.88.99.0/24")
"""Once the way into 6to4."""

NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.?", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Targets:
    """The *named* networks, which may be reached though they are not public, and without TLS."""

    named: tuple[Network, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Targets":
        """Read networks parted by spaces, such as `10.0.0.0/8 fd00::/8`. Raises: ValueError."""
        return cls(tuple(map(ip_network, text.split())))

    def admit(self, address: str, *, plain: bool) -> bool:
        """Say whether *address* may be reached; *plain*: without TLS, in named networks alone."""
        found = ip_address(address.partition("%")[0])
        if any(found in network for network in self.named):
            return True
        return is_public(found) and not plain

    def findings(self, url: str) -> Iterator[Finding]:
        """Yield what is wrong with *url* as a target, as far as it says so itself."""
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            port_fits = parts.port != 0
        except ValueError:
            yield Finding(POINTER, "not-a-url", "this is no URL")
            return
        yield from _form(parts, host, port_fits=port_fits)
        if "#" in url:
            yield Finding(POINTER, "fragment", "a URL with a fragment is not taken")
        plain = parts.scheme == "http"
        if plain and not self.named:
            yield Finding(POINTER, "not-https", "deliveries go to `https` URLs")
        literal = _literal(host)
        if literal is not None and not self.admit(str(literal), plain=plain):
            yield Finding(POINTER, "target-refused", "deliveries do not go to this address")


def is_public(address: Address) -> bool:
    """Say whether *address* is of somebody on the internet, and of nobody else."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and address not in RELAYS
    special = any(address in network for network in NOBODY)
    return address in WITHIN and address.is_global and not special


def _form(parts: SplitResult, host: str, *, port_fits: bool) -> Iterator[Finding]:
    if parts.scheme not in ("https", "http") or not parts.netloc:
        yield Finding(POINTER, "not-a-url", "a URL begins with `https://` and the receiver's name")
    elif not (port_fits and (_literal(host) or _is_name(host))):
        yield Finding(POINTER, "host-unusable", "this is no name or address of a receiver")
    if parts.username is not None or parts.password is not None:
        yield Finding(POINTER, "userinfo", "a URL with a name or password is not taken")


def _is_name(host: str) -> bool:
    """Say whether *host* is a name; `127.1` and `0x7f000001` are ways to write an address."""
    last = host.rstrip(".").rpartition(".")[2]
    return NAME.fullmatch(host) is not None and NUMBER.fullmatch(last) is None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
