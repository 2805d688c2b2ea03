"""What texts and dates may be, wherever they come in: in a request's body or a row of a file."""

import re
from datetime import UTC, datetime

YEARS = range(1900, 3000)
"""PostgreSQL and its driver take the ends of the calendar for infinity."""

MOST_TEXT = 2_000
"""Characters of a reference, comment or reason."""

UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What no text column can hold: NUL, and half of a surrogate pair."""

MOMENT = re.compile(
    r"(19|2\d)\d{2}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:[0-5]\d(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def moment(text: str) -> datetime | None:
    """Return the moment that *text* says with its zone (RFC 3339), in UTC; None if it says none."""
    try:
        found = datetime.fromisoformat(text.upper()) if MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found and found.year in YEARS else None
