"""Pushing a file of submissions: read, admit, write, and keep the receipt."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from shared.batches import store as batches
from shared.batches.admission import Outcome, admit, without_twins
from shared.batches.formats import READERS
from shared.batches.limits import MOST_ROWS
from shared.batches.rows import Row
from shared.batches.store import NOT_COMMITTED, NewBatch, Refused
from shared.core.errors import Finding, Invalid, RoundNotOpen, TooManyRows
from shared.core.principal import Principal
from shared.database import Database, Driver
from shared.database.database import driver_of
from shared.rounds.store import RoundFacts
from shared.scoring.framework import Framework
from shared.submissions.service import NOT_TAKEN
from shared.submissions.store import NewSubmission, Receipt

Summary = Literal["all_committed", "none_committed", "partial"]


@dataclass(frozen=True, slots=True)
class Push:
    """A file, and how it is to be taken: as a whole, or *lenient*, row by row."""

    format: str
    body: bytes
    lenient: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """A batch's receipt: its id, what became of it, and of each row in order.

    Each of *items* is a JSON object with `index`, `line` where the format has lines, `result`,
    `id`, and `errors` where it was rejected. A run that has taken in the submission *greatest* has
    taken in the whole batch.
    """

    batch: int
    outcome: Summary
    counts: Counter[str]
    greatest: int | None
    items: list[dict[str, Any]]


async def push(
    database: Database, round_: RoundFacts, framework: Framework, who: Principal, push: Push
) -> Pushed:
    """Store what a file says and keep its receipt, both in one transaction.

    Unless it is lenient, a file of which any row is refused stores nothing but the receipt.
    Raises: FileUnreadable, TooManyRows, Invalid, RoundNotOpen; then there is no receipt either.
    """
    rows, outcomes, digest = await asyncio.to_thread(_read, framework, who, push)
    batch = NewBatch(round_.id, who.reporter, push.format, digest, push.lenient, push.request_id)
    admitted = [each for each in outcomes if isinstance(each, NewSubmission)]
    spoiled = not push.lenient and len(admitted) < len(outcomes)
    async with database.writing(round_.code) as session:
        driver = await driver_of(session)
        try:
            async with driver.transaction():
                receipts = await batches.append(driver, batch, admitted, whole=not push.lenient)
                if spoiled:
                    raise Refused(receipts)  # noqa: TRY301 -- it undoes what was appended
                items = _items(round_, rows, outcomes, receipts, stored=True)
        except Refused as refused:
            items = _items(round_, rows, outcomes, refused.receipts, stored=False)
            return await _kept(driver, batch, items, stored=False)
        return await _kept(driver, batch, items, stored=True)


async def _kept(
    driver: Driver, batch: NewBatch, items: list[dict[str, Any]], *, stored: bool
) -> Pushed:
    """Keep the receipt in the transaction under way."""
    outcome = _summary(items, stored=stored)
    counts = Counter(each["result"] for each in items)
    greatest = max((each["id"] for each in items if each["id"] is not None), default=None)
    parts = await asyncio.to_thread(batches.parts, items)
    identity = await batches.add(driver, batch, outcome, counts, greatest, parts)
    return Pushed(identity, outcome, counts, greatest, items)


def _read(framework: Framework, who: Principal, push: Push) -> tuple[list[Row], list[Outcome], str]:
    """Read and admit the rows. Raises: FileUnreadable, TooManyRows, Invalid."""
    rows = list(_bounded(READERS[push.format](push.body)))
    if not rows:
        raise Invalid("the file has no rows", (Finding("", "no-rows", "There is no row in it."),))
    outcomes = list(admit(framework, who, push.request_id, rows))
    digest = hashlib.sha256(push.body).hexdigest()
    return rows, without_twins(rows, outcomes), digest


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    yield from islice(rows, MOST_ROWS)
    if next(rows, None) is not None:
        raise TooManyRows(f"a batch has at most {MOST_ROWS} rows", most=MOST_ROWS)


def _items(
    round_: RoundFacts,
    rows: Sequence[Row],
    outcomes: Sequence[Outcome],
    receipts: Sequence[Receipt],
    *,
    stored: bool,
) -> list[dict[str, Any]]:
    """Say what became of each row, given the *receipts* of those that were admitted.

    Where nothing is *stored*, a row that nothing is wrong with is rejected with the others.
    Raises: RoundNotOpen.
    """
    items, following = list[dict[str, Any]](), iter(receipts)
    for row, outcome in zip(rows, outcomes, strict=True):
        item: dict[str, Any] = {"index": row.index}
        if row.line is not None:
            item["line"] = row.line
        receipt = next(following) if isinstance(outcome, NewSubmission) else None
        if receipt is not None and receipt.result == "not-open":
            raise RoundNotOpen(f"round {round_.code} does not accept submissions")
        findings = _findings(outcome, receipt, stored=stored)
        if findings:
            item |= {"result": "rejected", "id": None, "errors": [*map(_error, findings)]}
        elif receipt is not None:
            item |= {"result": receipt.result, "id": receipt.id}
        items.append(item)
    return items


def _findings(outcome: Outcome, receipt: Receipt | None, *, stored: bool) -> tuple[Finding, ...]:
    if not isinstance(outcome, NewSubmission):
        return outcome
    if receipt is not None and receipt.id is None and receipt.result in NOT_TAKEN:
        return (NOT_TAKEN[receipt.result].finding(),)
    if not stored and receipt is not None and receipt.result != "unchanged":
        return (NOT_COMMITTED,)
    return ()


def at_fault(item: dict[str, Any]) -> bool:
    """Say of a row's item whether something is wrong with the row itself."""
    return any(each["code"] != NOT_COMMITTED.code for each in item.get("errors", ()))


def _error(finding: Finding) -> dict[str, str]:
    return {"pointer": finding.pointer, "code": finding.code, "detail": finding.message}


def _summary(items: Sequence[dict[str, Any]], *, stored: bool) -> Summary:
    rejected = sum(each["result"] == "rejected" for each in items)
    if not stored or rejected == len(items):
        return "none_committed"
    return "partial" if rejected else "all_committed"
