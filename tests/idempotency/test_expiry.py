"""Answers are kept for a time that is declared, and then taken away."""

import asyncio
from datetime import timedelta

import pytest
from alembic import command

from shared.database import Database
from shared.database.migration import configuration
from shared.idempotency import store
from tests.fixtures.ask import execute, one, rows
from tests.fixtures.http import stored
from tests.fixtures.make import World
from tests.idempotency.asking import again, send, value
from worker.expiry import Expiry

AGE = timedelta(hours=24)
OLDER = "UPDATE idempotency_key SET recorded_at = recorded_at - interval '25 hours' WHERE key = 'a'"


async def test_a_worker_takes_away_what_is_older(
    world: World, owner: Database, worker_database: Database
) -> None:
    """Its key is then a new one: what stands is said by the values themselves."""
    for key in ("a", "b"):
        await send(world, value(5), key=key)
    await execute(owner, OLDER)

    assert not await Expiry(worker_database, AGE).take_away()

    assert await rows(owner, "SELECT key FROM idempotency_key") == [("b",)]
    assert again(await send(world, value(5), key="b"))
    answer = await send(world, value(5), key="a")
    assert not again(answer)
    assert answer.json()["result"] == "unchanged"
    assert len(await stored(world)) == 1


async def test_much_is_taken_away_a_part_at_a_time(
    owner: Database, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest first, and no transaction is long."""
    monkeypatch.setattr(store, "TAKEN_AT_ONCE", 2)
    await execute(
        owner,
        """INSERT INTO idempotency_key
        SELECT 1, age::text, '', 200, '[]', '', now() - age * interval '1 day'
        FROM generate_series(1, 5) AS age""",
    )
    expiry, left = Expiry(worker_database, AGE * 1.5), []
    more = True
    while more:
        more = await expiry.take_away()
        left.append(
            await one(owner, "SELECT string_agg(key, ',' ORDER BY key) FROM idempotency_key")
        )

    assert left == ["1,2,3", "1", "1"]


async def test_two_workers_are_not_in_each_others_way(
    owner: Database, worker_database: Database
) -> None:
    async with worker_database.session() as session:
        assert not await store.take_away(session, AGE)

        assert not await Expiry(worker_database, AGE).take_away()

    assert await one(owner, "SELECT count(*) FROM idempotency_key") == 0


async def test_a_database_without_answers_has_none_to_take_away(
    url: str, worker_database: Database
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")

    assert not await Expiry(worker_database, AGE).take_away()
