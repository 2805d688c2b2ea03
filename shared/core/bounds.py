"""What texts and dates may be, wherever they come in: in a request's body or a row of a file."""

import re

YEARS = range(1900, 3000)
"""PostgreSQL and its driver take the ends of the calendar for infinity."""

MOST_TEXT = 2_000
"""Characters of a reference, comment or reason."""

UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What no text column can hold: NUL, and half of a surrogate pair."""
