"""What goes says so: since when it should not be used, how long it works, what to use instead.

Source of the header fields: RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`), RFC 5829 (the link).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Deprecation:
    """What a route declares beside what goes: *since* when, and that it works until *sunset*."""

    since: date
    sunset: date

    def headers(self, successor: str) -> dict[str, str]:
        """Return what an answer says; *successor* is the path of what to use instead."""
        return {
            "Deprecation": f"@{int(_midnight(self.since).timestamp())}",
            "Sunset": format_datetime(_midnight(self.sunset), usegmt=True),
            "Link": f'<{successor}>; rel="successor-version"',
        }


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
