"""Where a page of discrepancies begins, as its cursor says it."""

from api.http.paging import decode
from shared.core.errors import Finding, Invalid
from shared.discrepancies.store import Discrepancy, Key


def place(cursor: str | None) -> Key | None:
    """Return where a page begins; a weight travels as text. Raises: Invalid."""
    key = decode(cursor, str, str, str, int)
    if key is None:
        return None
    weight, applicant, measure, priority = key
    try:
        return float(weight), str(applicant), str(measure), int(priority)
    except ValueError:
        finding = Finding("/query/cursor", "unknown-cursor", "Take it from a Link header.")
        raise Invalid("the cursor is none of ours", (finding,)) from None


def named(found: Discrepancy) -> tuple[str | int, ...]:
    """Return what a cursor says of the place of *found*."""
    weight, applicant, measure, priority = found.key
    return repr(weight), applicant, measure, priority
