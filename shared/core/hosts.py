"""Hosts by name."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Say whether *host*, a name or an address without brackets, is the machine that asks."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback)
