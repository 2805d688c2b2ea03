"""Listening on an address, and what to say where it cannot be had."""

import errno
import socket

BACKLOG = 2048  # connections that wait while a gateway is started again


class AddressUnusable(Exception):
    """The address cannot be listened on; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """Listen on *host* and *port*, 0 for a free one. Raises: AddressUnusable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressUnusable(
                f"port {port} of {host} is in use: stop what holds it or give another --port"
            ) from None
        reason = (error.strerror or "").partition(" (")[0]
        raise AddressUnusable(
            f"{host} port {port} cannot be had ({reason}): give another --host or --port"
        ) from None
