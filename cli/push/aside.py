"""Rows that were taken and do not count: said one by one, with what makes them count."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.submissions.plausibility import HELD

MOST_SAID = 1_000
"""Rows that are said one by one; an answer names as many rows at fault."""

CONFIRMING = (
    "a held number counts once its row is sent again with confirm, or an administrator confirms it"
)


def warn(tell: Callable[[str], None], rows: Sequence[Mapping[str, Any]]) -> None:
    """Tell how many *rows* do not count, of each why, and how held ones are confirmed."""
    if not rows:
        return
    tell(f"rows that were taken and do not count: {len(rows)}")
    for row in rows[:MOST_SAID]:
        tell(f"  {_place(row)}: {row['set_aside']}: {_words(row)}")
    if len(rows) > MOST_SAID:
        tell(f"  and {len(rows) - MOST_SAID} more")
    if any(row["set_aside"] in HELD for row in rows):
        tell(CONFIRMING)


def _place(row: Mapping[str, Any]) -> str:
    return f"line {row['line']}" if "line" in row else f"index {row['index']}"


def _words(row: Mapping[str, Any]) -> str:
    """Return the gateway's own words: why a row is set aside is among its warnings."""
    words = {each["code"]: each["detail"] for each in row["warnings"]}
    return str(words[row["set_aside"]])
