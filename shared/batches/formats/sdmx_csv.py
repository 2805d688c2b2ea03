"""SDMX-CSV 2.0: REF_AREA is an applicant, INDICATOR a measure, TIME_PERIOD the date of the value.

Source: SDMX 3.0, section 7, "SDMX-CSV field guide", version 2.0.0.
"""

import calendar
import re
from collections.abc import Iterator

from shared.batches.formats.csv_rows import table
from shared.batches.rows import Cell, Row
from shared.core.errors import Finding

REQUIRED = (
    "STRUCTURE",
    "STRUCTURE_ID",
    "ACTION",
    "REF_AREA",
    "INDICATOR",
    "TIME_PERIOD",
    "OBS_VALUE",
)
OPTIONAL = ("OBS_STATUS", "COMMENT_OBS", "REPORTED_AT")

ACTIONS = {"M": "reported", "R": "reported", "D": "withdrawn"}
"""Merge and replace say a value: nothing is overwritten here, a later value follows the earlier."""

PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})))?", re.ASCII)
MOST_PERIOD = 7
MONTHS = range(1, 13)


def read(body: bytes) -> Iterator[Row]:
    """Yield the rows of an SDMX-CSV file. Raises: FileUnreadable."""
    for line, index, cells in table(body, REQUIRED, OPTIONAL):
        if isinstance(cells, Finding):
            yield Row(index, line, findings=(cells,))
        elif cells["ACTION"] not in ACTIONS:
            message = f"The action is one of: {', '.join(ACTIONS)}."
            yield Row(index, line, findings=(Finding("/ACTION", "unknown-action", message),))
        else:
            yield Row(index, line, _members(cells))


def _members(cells: dict[str, str]) -> dict[str, str]:
    named = {
        "applicant": cells["REF_AREA"],
        "measure": cells["INDICATOR"],
        "as_of": last_day(cells["TIME_PERIOD"]),
        "value": Cell(cells["OBS_VALUE"]),
        "comment": cells.get("COMMENT_OBS", ""),
        "obs_status": cells.get("OBS_STATUS", ""),
        "reported_at": cells.get("REPORTED_AT", ""),
        "status": ACTIONS[cells["ACTION"]],
    }
    return {name: text for name, text in named.items() if text}


def last_day(period: str) -> str:
    """Return the date of the last day of a year, quarter or month; anything else as it is."""
    found = PERIOD.fullmatch(period) if len(period) <= MOST_PERIOD else None
    if found is None:
        return period
    year, quarter, month = found.groups()
    last = int(month) if month else 3 * int(quarter or 4)
    if last not in MONTHS or int(year) == 0:
        return period
    return f"{year}-{last:02}-{calendar.monthrange(int(year), last)[1]}"
