"""Moments as JSON has them (RFC 3339)."""

import re
from datetime import UTC, datetime

from shared.core.bounds import YEARS

MOMENT = re.compile(
    r"(19|2\d)\d{2}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:[0-5]\d(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def read(text: str) -> datetime | None:
    """Return the moment that *text* says with its zone, in UTC; None if it says none."""
    try:
        found = datetime.fromisoformat(text.upper()) if MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found and found.year in YEARS else None


def written(moment: datetime) -> str:
    """Return *moment*, which has a zone, as text in UTC: `2026-11-03T08:00:00.125Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def in_microseconds(moment: datetime) -> str:
    """Return *moment* as text of one length, whose order is that of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
