"""What receipts keep: their rows for a while, their counts for good."""

import asyncio

import pytest
from alembic import command

from shared.batches import store as batches
from shared.database import Database
from shared.database.migration import configuration
from tests.batches.test_http import BATCH, BATCHES, push, row
from tests.fixtures.ask import one
from tests.fixtures.http import key, problem
from tests.fixtures.make import STATIONS, World

PARTS = "SELECT count(DISTINCT batch) FROM batch_part"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the rows of two receipts."""
    monkeypatch.setattr(batches, "MOST_WITH_ROWS", 2)


async def test_the_rows_of_old_receipts_are_cleared_and_their_counts_stay(
    world: World, owner: Database
) -> None:
    other = await key(owner, "source", "other statistics")
    await world.client.post(BATCH, json={"items": [row("C1", STATIONS, 1)]}, headers=other)

    pushed = [(await push(world, row("C1", STATIONS, 5))).json()["batch"] for _ in range(4)]

    first, *_, last = pushed
    gone = await world.call("source", "GET", f"{BATCHES}/{first}/items")
    assert "no longer" in problem(gone, 404, "not-found")["detail"]
    receipt = await world.call("source", "GET", f"{BATCHES}/{first}")
    assert receipt.json()["counts"]["created"] == 1
    kept = await world.call("source", "GET", f"{BATCHES}/{last}/items")
    assert [each["result"] for each in kept.json()["items"]] == ["unchanged"]
    assert await one(owner, PARTS) == 3  # the other's is counted by itself


async def test_a_receipt_of_which_no_row_is_at_fault_has_an_empty_list(world: World) -> None:
    batch = (await push(world, row("C1", STATIONS, 5))).json()["batch"]

    answer = await world.call("source", "GET", f"{BATCHES}/{batch}/items", at_fault=True)

    assert answer.json() == {"items": [], "next": None}


async def test_nothing_is_cleared_where_the_schema_gives_no_right_to(
    world: World, owner: Database, url: str
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")

    for _ in range(4):
        assert (await push(world, row("C1", STATIONS, 5))).status_code == 200

    assert await one(owner, PARTS) == 4
