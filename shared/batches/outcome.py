"""What is told of a file: what became of it as a whole, and of each row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import Any, Literal

import msgspec

from shared.batches.admission import Outcome
from shared.batches.rows import Row
from shared.core.errors import Finding
from shared.submissions import remarks
from shared.submissions.plausibility import HELD
from shared.submissions.service import NOT_TAKEN
from shared.submissions.store import NewSubmission, Receipt

NOT_COMMITTED = Finding(
    "", "not-committed", "Another row was refused, and the file is taken as a whole."
)
"""What keeps a row out that nothing is wrong with."""

PART = 1_000
"""Rows of a receipt that are kept, and read, together."""

NUMBERLESS = -1
"""The id of what is yet to be appended."""

MARK = "\0"
"""Stands for it until it is known: JSON escapes control characters, so no text has this one."""

PLAIN = {"index", "result", "id"}
PLAIN_OF_LINE = {*PLAIN, "line"}
"""What is said of a row with which nothing is wrong, and of which nothing was noticed."""

Summary = Literal["all_committed", "none_committed", "partial"]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a file, and of each row in order.

    Each of *items* is a JSON object with `index`, `line` where the format has lines, `result`,
    `id`, `errors` where it was rejected, `set_aside` where it does not count, and `warnings` where
    something was noticed; *parts* are the same as JSON arrays of `PART` each, shorter: of a row of
    which nothing else is said, `result`, `id` and `line` alone. `shown` undoes that.
    *at_fault* are those that something is wrong with. A run that has taken in the submission
    *greatest* has taken in the whole file.
    """

    outcome: Summary
    counts: Counter[str]
    greatest: int | None
    items: list[dict[str, Any]]
    at_fault: list[dict[str, Any]]
    parts: list[str]


def tell(
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    receipts: Sequence[Receipt],
    reference_date: date,
    *,
    stored: bool,
) -> Told:
    """Say what became of a file, given the *receipts* of the rows that were admitted.

    *reference_date* is the round's.
    """
    items = items_of(rows, outcomes, receipts, reference_date, stored=stored)
    return summed(items, stored=stored)


def summed(items: list[dict[str, Any]], *, stored: bool) -> Told:
    """Say what became of a file, given what became of each row, as `items_of` says it."""
    counts = Counter(map(itemgetter("result"), items))
    return Told(
        _summary(counts["rejected"], len(items), stored=stored),
        counts,
        max((each["id"] for each in items if _is_taken_in(each)), default=None),
        items,
        [each for each in items if "errors" in each and _is_at_fault(each)],
        [_part(items[at : at + PART]) for at in range(0, len(items), PART)],
    )


def numbered(told: Told, ids: Iterator[int]) -> Told:
    """Give what is `NUMBERLESS` in *told*, all of which counts, its *ids*, which are in order."""
    greatest = told.greatest or NUMBERLESS
    parts = list[str]()
    for at, part in enumerate(told.parts):
        first, *rest = part.split(MARK)
        given = list(islice(ids, len(rest)))
        greatest = max([greatest, *given])
        written = [f"{identity}{text}" for identity, text in zip(given, rest, strict=True)]
        parts.append("".join((first, *written)))
        _number(told.items[at * PART : (at + 1) * PART], given)
    return replace(told, greatest=greatest, parts=parts)


def _number(items: Sequence[dict[str, Any]], ids: Sequence[int]) -> None:
    following = iter(ids)
    for item in items:
        if item["id"] == NUMBERLESS:
            item["id"] = next(following)


def _part(items: Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode([_kept(each) for each in items]).decode()


def _kept(item: dict[str, Any]) -> dict[str, Any] | tuple[Any, ...]:
    """Return what is kept of a row's item: less than half, where nothing else is said of it."""
    identity = msgspec.Raw(MARK.encode()) if item["id"] == NUMBERLESS else item["id"]
    if item.keys() == PLAIN:
        return item["result"], identity
    if item.keys() == PLAIN_OF_LINE:
        return item["result"], identity, item["line"]
    return item | {"id": identity}


def shown(index: int, kept: dict[str, Any] | list[Any]) -> dict[str, Any]:
    """Return the item of the row at *index* of a file, as it was *kept*."""
    if isinstance(kept, dict):
        return kept
    result, identity, *line = kept
    item = {"index": index, "result": result, "id": identity}
    return item | {"line": line[0]} if line else item


def items_of(
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    receipts: Sequence[Receipt],
    reference_date: date,
    *,
    stored: bool,
) -> list[dict[str, Any]]:
    """Say what became of each row, given the *receipts* of those that were admitted.

    Where nothing is *stored*, a row that nothing is wrong with is rejected with the others.
    """
    items, following = list[dict[str, Any]](), iter(receipts)
    alike = remarks.alike([each for each in outcomes if isinstance(each, NewSubmission)])
    for row, outcome in zip(rows, outcomes, strict=True):
        item: dict[str, Any] = {"index": row.index}
        if row.line is not None:
            item["line"] = row.line
        items.append(item)
        if not isinstance(outcome, NewSubmission):
            item |= _rejected(outcome)
            continue
        receipt = next(following)
        if fault := _fault(receipt, stored=stored):
            item |= _rejected((fault,))
            continue
        item["result"], item["id"] = receipt.result, receipt.id
        if receipt.set_aside:
            item["set_aside"] = receipt.set_aside
        noticed = remarks.codes(outcome, receipt, reference_date)
        if outcome.measure in alike:
            noticed.append(remarks.SAME_FOR_ALL)
        if noticed:
            item["warnings"] = [remarks.finding(each).document() for each in noticed]
    return items


def _rejected(findings: Sequence[Finding]) -> dict[str, Any]:
    return {"result": "rejected", "id": None, "errors": [each.document() for each in findings]}


def _fault(receipt: Receipt, *, stored: bool) -> Finding | None:
    if receipt.id is None and receipt.result in NOT_TAKEN:
        return NOT_TAKEN[receipt.result].finding()
    return None if stored or receipt.result == "unchanged" else NOT_COMMITTED


def _is_taken_in(item: dict[str, Any]) -> bool:
    """Say of a row's item whether a run can take in the submission that it names."""
    return item["id"] is not None and item.get("set_aside") not in HELD


def _is_at_fault(item: dict[str, Any]) -> bool:
    """Say of a row's item whether something is wrong with the row itself."""
    return any(each["code"] != NOT_COMMITTED.code for each in item["errors"])


def _summary(rejected: int, rows: int, *, stored: bool) -> Summary:
    if not stored or rejected == rows:
        return "none_committed"
    return "partial" if rejected else "all_committed"
