"""Submissions that are appended by several at once."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from shared.core.errors import RoundNotOpen
from shared.core.principal import Actor
from shared.database import Database
from shared.database.database import driver_of
from shared.rounds import service as rounds_services
from shared.submissions import list_store
from shared.submissions import store as submissions
from shared.submissions.list_store import Asked, Reach
from tests.fixtures.ask import execute, one, rows, until_blocked
from tests.fixtures.http import until_waiting
from tests.fixtures.make import ROUND, World
from tests.submissions.saying import DAY, push, record, results, said, stored

ADMIN = Actor("tests", "tests")
SLOWLY = (
    """CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END'""",
    "CREATE TRIGGER dawdle BEFORE INSERT ON submission FOR EACH ROW EXECUTE FUNCTION dawdle()",
)


@pytest.mark.parametrize("ends", ["commit", "rollback"])
async def test_who_comes_second_waits_for_the_first_and_judges_by_what_then_stands(
    ends: str, round_id: int, database: Database, owner: Database
) -> None:
    async with database._sessions() as first:
        (receipt,) = await submissions.record(await driver_of(first), round_id, [said(5)])
        second = asyncio.create_task(record(database, round_id, said(5), said(9, "C2")))
        await until_blocked(owner)
        await getattr(first, ends)()

    assert results(await second) == ["unchanged" if ends == "commit" else "created", "created"]
    assert receipt.result == "created"
    assert await one(owner, "SELECT count(*) FROM submission") == 2


async def test_who_reads_on_and_on_misses_nothing_of_a_transaction_that_takes_long(
    round_id: int, database: Database, owner: Database
) -> None:
    """It was given its ids early; whoever comes later must not appear before it."""

    async def read(after: int) -> list[int]:
        async with database.reading() as session:
            page = await list_store.page(session, round_id, after, 100, Asked(Reach()))
        return [each.id for each in page]

    seen: list[int] = []
    async with database.session() as early:
        await submissions.record(await driver_of(early), round_id, [said(5), said(6, "C2")])
        late = asyncio.create_task(push(database, round_id, said(7, "P1")))
        await until_waiting(owner, late)
        seen += await read(0)
    await late
    seen += await read(seen[-1] if seen else 0)

    written = await rows(owner, "SELECT id FROM submission ORDER BY id")
    assert len(written) == 3
    assert [(each,) for each in seen] == written


async def test_the_same_value_from_many_at_once_is_stored_once(
    round_id: int, crowd: Database, owner: Database
) -> None:
    """A client that lost patience sends again while its first request is still under way."""
    found = await asyncio.gather(*(push(crowd, round_id, said(5)) for _ in range(20)))

    assert Counter(receipt.result for (receipt,) in found) == {"created": 1, "unchanged": 19}
    assert len({receipt.id for (receipt,) in found}) == 1
    assert await stored(owner) == [(5, 1)]


async def test_different_values_from_many_at_once_are_revisions_without_a_gap(
    round_id: int, crowd: Database, owner: Database
) -> None:
    found = await asyncio.gather(*(push(crowd, round_id, said(n)) for n in range(20)))

    assert Counter(receipt.result for (receipt,) in found) == {"created": 1, "revised": 19}
    kept = await stored(owner)
    assert sorted(revision for _, revision in kept) == list(range(1, 21))
    assert {number for number, _ in kept} == set(range(20))


async def test_batches_of_the_same_rows_in_any_order_do_not_block_each_other(
    round_id: int, crowd: Database, owner: Database
) -> None:
    """Two transactions that wait for each other's rows would end one of them."""
    await execute(owner, *SLOWLY)
    batch = [said(5, "C1", as_of=DAY - timedelta(n)) for n in range(50)]

    found = await asyncio.gather(
        *(push(crowd, round_id, *batch[::direction]) for direction in (1, -1, 1, -1))
    )

    assert Counter(receipt.result for each in found for receipt in each) == {
        "created": len(batch),
        "unchanged": 3 * len(batch),
    }
    assert len(await stored(owner)) == len(batch)


async def test_a_transition_waits_for_who_is_writing_and_stops_who_comes_after(
    round_id: int, world: World, database: Database, owner: Database
) -> None:
    """Nothing is taken after the moment of closing, and nothing acknowledged is left out."""
    async with database.session() as early:
        await submissions.record(await driver_of(early), round_id, [said(5)])
        closing = asyncio.create_task(world.transition("closed"))
        await until_blocked(owner)
        late = asyncio.create_task(push(database, round_id, said(6, "C2")))
        await until_blocked(owner, 2)

    assert (await closing).json()["state"] == "closed"
    assert results(await late) == ["not-open"]
    assert await stored(owner) == [(5, 1)]


async def test_writers_entries_and_transitions_at_once_come_to_an_end(
    round_id: int, crowd: Database, owner: Database
) -> None:
    """The locks are taken in one order, whoever takes them."""
    taken = []

    async def write(writer: int) -> None:
        for n in range(10):
            (receipt,) = await push(crowd, round_id, said(n, reporter=writer))
            taken.append(receipt.result)

    async def turn() -> None:
        for n in range(10):
            async with crowd.session() as session:
                to = "open" if n % 2 else "closed"
                await rounds_services.transition(session, ADMIN, ROUND, to, "again")

    async def enter() -> None:
        for n in range(10):
            with suppress(RoundNotOpen):
                async with crowd.session() as session:
                    state = "accepted" if n % 2 else "withdrawn"
                    await rounds_services.enter(session, ADMIN, ROUND, "C1", state)

    async with asyncio.timeout(20):
        await asyncio.gather(*(write(writer) for writer in range(12)), turn(), enter(), enter())

    counted = Counter(taken)
    assert counted.keys() <= {"created", "revised", "not-open"}
    assert len(await stored(owner)) == 120 - counted["not-open"]
