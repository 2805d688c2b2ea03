"""Where one is led after signing in: to a page of ours, whatever the address says."""

import re
from urllib.parse import quote

BOARD = "/board"
MOST = 2_000
LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
"""A path without host. Browsers read `\\` as `/`, and leave out tabs and line breaks."""


def local(there: str) -> str:
    """Return *there* if it is a local path, else the board's first page."""
    return there if len(there) <= MOST and LOCAL.fullmatch(there) else BOARD


def written(there: str) -> str:
    """Return the local path *there* as a header carries it."""
    return quote(there, safe="/?#[]@!$&'()*+,;=:%")
