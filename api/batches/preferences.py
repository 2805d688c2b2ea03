"""What a client prefers of the answer to a file (RFC 7240)."""

import re

from fastapi import Request

PREFERENCE = re.compile(
    r"""(?:^|,)\s*([\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?(?:[^,"]|"(?:[^"\\]|\\.)*")*""",
    re.ASCII,
)
"""A preference, its value quoted or not, and its parameters."""


def preferred(request: Request) -> dict[str, str]:
    """Return the preferences of a request (RFC 7240) by name."""
    given = ",".join(request.headers.getlist("prefer"))
    found: dict[str, str] = {}
    for name, quoted, plain in PREFERENCE.findall(given):
        found.setdefault(name.lower(), quoted or plain)  # the first holds
    return found
