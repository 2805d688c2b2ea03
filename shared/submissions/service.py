"""Submitting: one value, or many in one request."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.core.errors import (
    ConflictOfInterest,
    Finding,
    NotFound,
    RevisedAfterSight,
    RoundNotOpen,
)
from shared.rounds.store import RoundFacts
from shared.submissions.intake import Intake
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Refusal

MOST_ROWS = 10_000
MOST_REPETITIONS = 10
REPEATED = Refusal(
    "as_of", "repeated-row", f"A batch states a value of one date at most {MOST_REPETITIONS} times."
)
NOT_TAKEN = {
    "unknown-applicant": Refusal(
        "applicant", "unknown-applicant", "No such applicant is registered."
    ),
    "conflict-of-interest": Refusal(
        "applicant", "conflict-of-interest", "A tie to this applicant is declared."
    ),
    "revised-after-sight": Refusal(
        "value",
        "revised-after-sight",
        "Others' marks can be read; the mark stays as it was given before.",
    ),
}
"""What is found out only where a submission would be stored."""

Row = NewSubmission | tuple[Finding, ...]
"""A row of a batch: admitted, or what is wrong with it; pointers are into the row."""


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row: created, revised or unchanged with its *id*, or rejected and why."""

    result: str
    id: int | None = None
    findings: tuple[Finding, ...] = ()


async def submit(intake: Intake, round_: RoundFacts, item: NewSubmission) -> Receipt:
    """Append *item* and return its receipt once that is committed.

    Raises: NotFound (the applicant), RoundNotOpen, ConflictOfInterest, RevisedAfterSight.
    """
    (receipt,) = await intake.record(round_.id, [item])
    if receipt.result == "unknown-applicant":
        raise NotFound("no such applicant is registered", (NOT_TAKEN[receipt.result].finding(),))
    if receipt.result == "not-open":
        raise RoundNotOpen(f"round {round_.code} does not accept submissions")
    if receipt.result == "conflict-of-interest":
        raise ConflictOfInterest(f"a tie to applicant {item.applicant} is declared")
    if receipt.result == "revised-after-sight":
        raise RevisedAfterSight(
            f"others' marks of {item.measure} of {item.applicant} can be read;"
            " yours stays as you gave it before"
        )
    return receipt


async def submit_batch(intake: Intake, round_: RoundFacts, rows: Sequence[Row]) -> list[RowOutcome]:
    """Append the admitted *rows* in one transaction; return what became of each, in order.

    Raises: RoundNotOpen, and then nothing is stored.
    """
    admitted = _without_repetitions(rows)
    await asyncio.sleep(0)  # each of these steps takes some milliseconds for a full batch
    items = [row for row in admitted if isinstance(row, NewSubmission)]
    receipts = await intake.record(round_.id, items) if items else []
    if any(receipt.result == "not-open" for receipt in receipts):
        raise RoundNotOpen(f"round {round_.code} does not accept submissions")
    await asyncio.sleep(0)
    following = iter(receipts)
    return [
        _outcome(next(following)) if isinstance(row, NewSubmission) else _rejected(row)
        for row in admitted
    ]


def summary(results: Iterable[str]) -> str:
    """Say of a batch whether it was accepted, rejected, or in part each."""
    rejected = {result == "rejected" for result in results}
    return "partial" if len(rejected) > 1 else "rejected" if rejected == {True} else "accepted"


def _without_repetitions(rows: Sequence[Row]) -> list[Row]:
    """Refuse the rows that say the same of the same again and again.

    Each repetition waits for the one before it, and all other submissions for the batch.
    """
    seen: Counter[tuple[Any, ...]] = Counter()
    kept: list[Row] = []
    for row in rows:
        if isinstance(row, NewSubmission):
            seen[row.natural_key] += 1
        repeated = isinstance(row, NewSubmission) and seen[row.natural_key] > MOST_REPETITIONS
        kept.append((REPEATED.finding(),) if repeated else row)
    return kept


def _outcome(receipt: Receipt) -> RowOutcome:
    if receipt.id is None:
        return _rejected((NOT_TAKEN[receipt.result].finding(),))
    return RowOutcome(receipt.result, receipt.id)


def _rejected(findings: tuple[Finding, ...]) -> RowOutcome:
    return RowOutcome("rejected", findings=findings)
