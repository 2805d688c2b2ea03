"""Submissions of one source, recorded without HTTP."""

from datetime import date
from typing import Any

from shared.database import Database
from shared.submissions import store as submissions
from shared.submissions.intake import Intake
from shared.submissions.store import NewSubmission, Receipt
from shared.submissions.values import Reported
from tests.fixtures.ask import rows
from tests.fixtures.make import STATIONS

DAY = date(2026, 6, 1)


def said(
    value: float | tuple[str, ...] | None = 1.0,
    applicant: str = "C1",
    measure: str = STATIONS,
    as_of: date = DAY,
    reporter: int = 1,
) -> NewSubmission:
    """Return a submission."""
    reported = Reported(codes=value) if isinstance(value, tuple) else Reported(number=value)
    return NewSubmission(
        applicant, measure, reporter, "source", as_of, reported, None, None, request_id="r"
    )


async def record(database: Database, round_id: int, *items: NewSubmission) -> list[Receipt]:
    """Record *items* with one statement and commit."""
    async with database.driver() as driver:
        return await submissions.record(driver, round_id, items)


async def push(database: Database, round_id: int, *items: NewSubmission) -> list[Receipt]:
    """Record *items* as the service does and commit."""
    return await Intake(database).record(round_id, items)


def results(receipts: list[Receipt]) -> list[str]:
    """Return what became of each."""
    return [receipt.result for receipt in receipts]


async def stored(owner: Database) -> list[tuple[Any, ...]]:
    """Return what is stored: numbers and revisions, oldest first."""
    return await rows(owner, "SELECT number, revision FROM submission ORDER BY id")
