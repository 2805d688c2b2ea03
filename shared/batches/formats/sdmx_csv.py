"""SDMX-CSV 2.0: REF_AREA is an applicant, INDICATOR a measure, TIME_PERIOD the date of the value.

Source: SDMX 3.0, section 7, "SDMX-CSV field guide", version 2.0.0.
"""

import calendar
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from shared.batches.formats.csv_rows import meant, table
from shared.batches.rows import Row
from shared.core.errors import Finding

STRUCTURE = ("STRUCTURE", "STRUCTURE_ID")
REQUIRED = (*STRUCTURE, "ACTION", "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE")
OPTIONAL = ("OBS_STATUS", "COMMENT_OBS", "REPORTED_AT", "EXPECTED_REVISION", "CONFIRM")

ACTIONS = ("M", "R", "D")
"""Merge and replace say a value: nothing is overwritten here, a later value follows the earlier."""

DELETE = "D"

MEMBERS = {
    "REF_AREA": "applicant",
    "INDICATOR": "measure",
    "TIME_PERIOD": "as_of",
    "OBS_VALUE": "value",
    "OBS_STATUS": "obs_status",
    "COMMENT_OBS": "comment",
    "REPORTED_AT": "reported_at",
    "EXPECTED_REVISION": "expected_revision",
    "CONFIRM": "confirm",
}
"""What a column says of a submission; the last two, and REPORTED_AT, are attributes of ours."""

PERIOD = re.compile(r"(\d{4})(?:-(?:([ASTQ])(\d)|M?(\d{2})))?", re.ASCII)
MOST_PERIOD = 8
MONTHS = {"A": 12, "S": 6, "T": 4, "Q": 3}
"""Of a year, half, third or quarter of a year."""


def read(body: bytes) -> Iterator[Row]:
    """Yield the rows of an SDMX-CSV file. Raises: FileUnreadable."""
    for line, index, cells in table(body, REQUIRED, OPTIONAL, MEMBERS):
        if isinstance(cells, Finding):
            yield Row(index, line, findings=(cells,))
        elif (action := cells.pop("ACTION", None)) not in ACTIONS:
            message = f"The action is one of: {', '.join(ACTIONS)}."
            params = {"actions": [*ACTIONS]}
            finding = Finding("/ACTION", "unknown-action", message, params)
            yield Row(index, line, findings=(finding,))
        else:
            yield Row(index, line, _members(cells, withdraws=action == DELETE))


def _members(cells: dict[str, str], *, withdraws: bool) -> dict[str, Any]:
    """Return what *cells*, named as members, state; without a status a value is reported."""
    for name in STRUCTURE:
        cells.pop(name, None)
    members = meant(cells)
    if "as_of" in members:
        members["as_of"] = last_day(members["as_of"])
    if withdraws:
        members["status"] = "withdrawn"
    return members


def last_day(period: str) -> str:
    """Return the date of the last day of a period of months; anything else as it is.

    A year, a month of the calendar, or a period of the reporting year, which begins in January.
    """
    return _last_day(period) if len(period) <= MOST_PERIOD else period


@lru_cache(1024)
def _last_day(period: str) -> str:
    found = PERIOD.fullmatch(period)
    if found is None:
        return period
    year, kind, number, month = found.groups()
    last = MONTHS[kind] * int(number) if kind else int(month or 12)
    if last not in range(1, 13) or int(year) == 0:
        return period
    return f"{year}-{last:02}-{calendar.monthrange(int(year), last)[1]}"
