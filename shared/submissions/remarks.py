"""Remarks: what is noticed about a submission that was taken, and changes nothing.

They speak of what the reporter itself said before, and of nobody else's values.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache

from shared.core.errors import Finding
from shared.submissions.plausibility import HELD, SUPERSEDED
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Reported

SAME_FOR_ALL = "same-for-all"
"""The remark on a row of a measure that is `alike`."""

TENFOLD = 10
ALIKE = 5
"""So many rows of one measure, all of them with one value, are likely to be a slip."""

CODES = {
    SUPERSEDED: "What the source said later stands already; this is kept and does not count.",
    "after-reference-date": "It is of a date after the round's reference date, and does not count.",
    "applicant-not-entered": "The applicant takes no part in the round.",
    "tenfold": "The number is ten times the one before, or more.",
    "tenth": "The number is a tenth of the one before, or less.",
    SAME_FOR_ALL: "All rows of this measure have the same value.",
} | HELD
"""What each remark says, by code."""

REASONS = (SUPERSEDED, *HELD)
"""Those that say why a submission does not count."""

AT = {
    "after-reference-date": "/as_of",
    "applicant-not-entered": "/applicant",
    SUPERSEDED: "/reported_at",
}
"""Where a remark points to, if not to the value."""


def of_one(item: NewSubmission, receipt: Receipt, reference_date: date) -> tuple[Finding, ...]:
    """Return the remarks on a submission that was taken, given its *receipt*."""
    return tuple(map(finding, codes(item, receipt, reference_date)))


def codes(item: NewSubmission, receipt: Receipt, reference_date: date) -> list[str]:
    """Return what `of_one` does, by code."""
    found = [receipt.set_aside] if receipt.set_aside else []
    if item.as_of > reference_date:
        found.append("after-reference-date")
    if not receipt.entered:
        found.append("applicant-not-entered")
    if item.is_quantity and receipt.result != "unchanged":
        found += _beside(item.reported.number, receipt.before)
    return found


def _beside(number: float | None, before: float | None) -> list[str]:
    """Compare two numbers; beside a zero nothing is noticed."""
    if not number or not before:
        return []
    one, other = abs(number), abs(before)
    if one >= TENFOLD * other:
        return ["tenfold"]
    return ["tenth"] if other >= TENFOLD * one else []


def alike(items: Sequence[NewSubmission]) -> frozenset[str]:
    """Return the measures of which all *items* say the same, `ALIKE` of them or more."""
    first: dict[str, Reported] = {}
    said = Counter(item.measure for item in items)
    others = {
        item.measure
        for item in items
        if first.setdefault(item.measure, item.reported) != item.reported
    }
    return frozenset(code for code, rows in said.items() if rows >= ALIKE and code not in others)


@cache
def finding(code: str) -> Finding:
    """Return the remark of this code."""
    return Finding(AT.get(code, "/value"), code, CODES[code])
