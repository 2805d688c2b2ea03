"""What receipts keep: their rows for a while, their counts for good."""

import asyncio
import json
from itertools import chain

import pytest
from alembic import command

from shared.batches import ahead, outcome
from shared.batches import store as batches
from shared.database import Database
from shared.database.migration import configuration
from tests.batches.test_http import BATCH, BATCHES, push, row
from tests.fixtures.ask import execute, one
from tests.fixtures.http import key, pages, problem
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


LINES = (
    f"applicant,measure,value,as_of\n\nC1,{STATIONS},5,2026-06-01\nC1,{STATIONS},50,2026-06-02\n"
    f"C2,{STATIONS},-1,2026-06-01\nC2,{STATIONS},7,2026-06-02\nC2,{STATIONS},7,2999-12-31\n"
)
SOUND = LINES.replace(",-1,", ",9,").replace(",7,", ",8,")


@pytest.mark.parametrize("at_once", [0, 1_000], ids=["judged beforehand", "in one statement"])
@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
async def test_a_receipt_says_of_each_row_what_was_answered(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, at_once: int
) -> None:
    """Whether something was noticed, and whatever is kept of the row: in parts of two rows."""
    monkeypatch.setattr(outcome, "PART", 2)
    monkeypatch.setattr(batches, "PART", 2)
    monkeypatch.setattr(ahead, "FEW", at_once)
    headers = world.headers["source"] | {"Prefer": "handling=lenient", "Content-Type": kind}

    results = []
    for text in (LINES, LINES, SOUND):
        body = text if kind == "text/csv" else as_json(text)
        pushed = await world.client.post(BATCH, content=body, headers=headers)
        answer = pushed.json()
        kept = await pages(world, f"{BATCHES}/{answer['batch']}/items", "source", limit=2)
        assert [*chain(*kept)] == answer["items"]
        results.append([each["result"] for each in answer["items"]])
        assert ["warnings" in each for each in answer["items"]] == [*4 * [False], True]

    assert results == [
        ["created", "created", "rejected", "created", "created"],
        ["unchanged", "unchanged", "rejected", "unchanged", "unchanged"],
        ["unchanged", "unchanged", "created", "revised", "revised"],
    ]


def as_json(lines: str) -> str:
    """Write the rows of a table as JSON."""
    cells = [line.split(",") for line in lines.splitlines()[2:]]
    items = [row(each[0], each[1], int(each[2]), each[3]) for each in cells]
    return json.dumps({"items": items})


async def test_receipts_of_before_rows_were_kept_shorter_are_read(
    world: World, owner: Database
) -> None:
    batch = (await push(world, row("C1", STATIONS, 5))).json()["batch"]
    item = {"index": 0, "line": 1, "result": "created", "id": 7}
    await execute(owner, f"UPDATE batch_part SET items = '{json.dumps([item])}'")  # noqa: S608

    kept = await world.call("source", "GET", f"{BATCHES}/{batch}/items")

    assert kept.json()["items"] == [item]


async def test_nothing_is_cleared_where_the_schema_gives_no_right_to(
    world: World, owner: Database, url: str
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")

    for _ in range(4):
        assert (await push(world, row("C1", STATIONS, 5))).status_code == 200

    assert await one(owner, PARTS) == 4
