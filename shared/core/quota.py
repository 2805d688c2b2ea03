"""How much a key may ask for."""

from dataclasses import dataclass
from enum import StrEnum


class Counted(StrEnum):
    """What quotas count. Stored, and part of the contract."""

    REQUESTS = "requests"  # every request with a key
    ROWS = "rows"  # values that are sent, one by one or in files


WINDOWS = {Counted.REQUESTS: 60, Counted.ROWS: 86_400}
"""Seconds after which each is counted anew."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How many requests a minute and rows a day; 0: any number, None: as the service has it."""

    requests: int | None = None
    rows: int | None = None

    def over(self, default: "Quota") -> "Quota":
        """Return this quota, with *default* where it says nothing."""
        return Quota(
            default.requests if self.requests is None else self.requests,
            default.rows if self.rows is None else self.rows,
        )

    def of(self, counted: Counted) -> int:
        """Return how many of what is *counted*, 0: any number."""
        return (self.requests if counted is Counted.REQUESTS else self.rows) or 0
