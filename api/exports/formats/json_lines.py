"""JSON Lines: the items of the list, one to a line."""

from collections.abc import Sequence

from api.exports.tables import Page, Table

MEDIA_TYPE = "application/jsonl"


def head(_columns: Sequence[str]) -> bytes:
    """Return what a file begins with: its items say what their members are called."""
    return b""


def lines(table: Table[Page], page: Page) -> bytes:
    """Return the lines of a page."""
    return b"".join(each + b"\n" for each in table.documents(page))
