"""Where a page of discrepancies begins, as its cursor says it."""

from fastapi import Request

from api.http.paging import decode, none_of_ours
from shared.discrepancies.store import Discrepancy, Key


def place(request: Request, cursor: str | None) -> Key | None:
    """Return where a page begins; a weight travels as text. Raises: Invalid."""
    key = decode(request, cursor, str, str, str, int)
    if key is None:
        return None
    weight, applicant, measure, priority = key
    try:
        return float(weight), str(applicant), str(measure), int(priority)
    except ValueError:
        raise none_of_ours() from None


def named(found: Discrepancy) -> tuple[str | int, ...]:
    """Return what a cursor says of the place of *found*."""
    weight, applicant, measure, priority = found.key
    return repr(weight), applicant, measure, priority
