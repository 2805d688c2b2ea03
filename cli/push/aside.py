"""What was noticed of rows that were taken: which do not count, and remarks that change nothing."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared.submissions.plausibility import HELD

MOST_SAID = 1_000
"""Rows that are said one by one; an answer names as many rows at fault."""

MOST_PLACES = 20
"""Rows that are named beside a remark: of some remarks there are as many as rows."""

CONFIRMING = (
    "a held number counts once its row is sent again with confirm, or an administrator confirms it"
)


def warn(tell: Callable[[str], None], rows: Sequence[Mapping[str, Any]]) -> None:
    """Tell which of *rows*, all with warnings, do not count, and what else was noticed."""
    _tell_aside(tell, [each for each in rows if each.get("set_aside")])
    _tell_remarks(tell, rows)


def _tell_aside(tell: Callable[[str], None], rows: Sequence[Mapping[str, Any]]) -> None:
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


def _tell_remarks(tell: Callable[[str], None], rows: Sequence[Mapping[str, Any]]) -> None:
    """Tell each remark once, with the first places of the *rows* that it is about."""
    places, words = defaultdict[str, list[str]](list), dict[str, str]()
    for row in rows:
        for each in row["warnings"]:
            if each["code"] != row.get("set_aside"):
                places[each["code"]].append(_place(row))
                words[each["code"]] = each["detail"]
    if places:
        tell("remarks on rows that were taken, which change nothing:")
    for code, found in places.items():
        more = f" and {len(found) - MOST_PLACES} more" if len(found) > MOST_PLACES else ""
        tell(f"  {code}: {words[code]} {', '.join(found[:MOST_PLACES])}{more}")


def _place(row: Mapping[str, Any]) -> str:
    return f"line {row['line']}" if "line" in row else f"index {row['index']}"


def _words(row: Mapping[str, Any]) -> str:
    """Return the gateway's own words: why a row is set aside is among its warnings."""
    words = {each["code"]: each["detail"] for each in row["warnings"]}
    return str(words[row["set_aside"]])
