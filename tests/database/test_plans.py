"""What the database reads for a submission, by a plan that was made while there was nothing yet."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from shared.database import Database, Driver
from shared.previews import store as previews
from shared.submissions import store as submissions
from shared.submissions.store import NewSubmission
from tests.fixtures.ask import execute
from tests.fixtures.make import MARK
from tests.submissions.saying import DAY, results, said

CROWD = 3_000
FEW_ROWS = 20
"""What an item and its look-ups read at most, of tables and indexes together."""

READ = """
    SELECT sum(pg_stat_get_xact_tuples_returned(oid) + pg_stat_get_xact_tuples_fetched(oid))::bigint
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
"""
SAYS = "round, applicant, measure, reporter, kind, as_of, revision, status, number, request_id"
VALUE = "{round_id}, code, 'stations', 1, 'source', DATE '2026-06-01', 1, 'reported', 5, 'r'"
CROWDS = (
    "applicant (code, kind, name_zh, name_en) SELECT code, 'park', code, code",
    "entry (round, applicant, kind, state) SELECT {round_id}, code, 'park', 'accepted'",
    """conflict (round, reporter, applicant, state, reason)
    SELECT {round_id}, 1, code, 'declared', ''""",
    f"submission ({SAYS}, reported_at) SELECT {VALUE}, '2026-06-01T12:00Z'",
    f"submission_aside ({SAYS}, set_aside) SELECT {VALUE}, 'below-plausible'",
)
FILL = (
    "INSERT INTO {crowd} FROM (SELECT 'X' || n AS code FROM generate_series(1, {size}) AS n) AS x"
)

HELD = replace(said(7, "X5"), doubt="above-plausible")
LATE = replace(said(7, "X6"), reported_at=datetime(2026, 6, 1, 11, tzinfo=UTC))
ITEMS = [
    ("created", None, said(5, "X1", as_of=DAY - timedelta(1))),
    ("revised", None, said(6, "X2")),
    ("unchanged", None, said(5, "X3")),
    ("unknown-applicant", None, said(5, "nobody")),
    ("conflict-of-interest", None, replace(said(5, "X4", MARK), kind="expert")),
    ("unchanged", "above-plausible", HELD),
    ("unchanged", "superseded", LATE),
    ("revised", None, replace(HELD, confirmed_by=1, reason="counted twice")),
]


@pytest.fixture
async def planned(round_id: int, owner: Database, database: Database) -> AsyncIterator[Driver]:
    """Give a connection that has judged and appended once, and then the round its crowd."""
    async with database.driver() as driver:
        for items in ([said(5)], [said(6), said(7, "C2")]):
            await submissions.record(driver, round_id, items)
            await previews.judged(driver, round_id, items)
        fills = [FILL.format(crowd=each, size=CROWD) for each in CROWDS]
        await execute(owner, *(each.format(round_id=round_id) for each in fills))
        for item in (HELD, LATE):
            await submissions.record(driver, round_id, [item])
        yield driver


async def rows_read(driver: Driver, round_id: int, *items: NewSubmission) -> list[Any]:
    """Judge and append *items*; return how many rows were read for each, and the receipts.

    In a transaction, within which no count is cleared away; it is undone.
    """
    transaction = driver.transaction()
    await transaction.start()
    start = await driver.fetchval(READ)
    await previews.judged(driver, round_id, items)
    judged = await driver.fetchval(READ)
    receipts = await submissions.record(driver, round_id, items)
    appended = await driver.fetchval(READ)
    await transaction.rollback()
    return [judged - start, appended - judged, receipts]


@pytest.mark.parametrize(("result", "set_aside", "item"), ITEMS)
async def test_an_item_costs_no_more_once_its_round_has_filled_up(
    result: str, set_aside: str | None, item: NewSubmission, planned: Driver, round_id: int
) -> None:
    judged, appended, (receipt,) = await rows_read(planned, round_id, item)

    assert (receipt.result, receipt.set_aside) == (result, set_aside)
    assert max(judged, appended) <= FEW_ROWS


async def test_many_items_read_what_is_theirs(planned: Driver, round_id: int) -> None:
    items = [said(6, f"X{at}") for at in range(1, 201)]

    judged, appended, receipts = await rows_read(planned, round_id, *items)

    assert results(receipts) == ["revised"] * len(items)
    assert max(judged, appended) <= FEW_ROWS * len(items)
