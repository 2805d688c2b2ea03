"""The loop: rounds that fail, rounds that are shared, and a database that is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from bench import books
from shared.core.errors import FrameworkInvalid
from shared.database import Database
from shared.database.schema import driver_url
from shared.frameworks.service import Library
from tests.fixtures.ask import execute, one, rows, until
from tests.fixtures.documents import ROOT, blocks
from tests.fixtures.make import ROUND, STATIONS, World, name, worker_over
from tests.worker import gate
from worker.__main__ import ROLE
from worker.loop import Bell, Worker

IDLE = "SELECT count(*) = 0 FROM submission_change"
BREAK = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.round = {round} THEN RAISE EXCEPTION 'a secret value: 42'; END IF; RETURN NEW;
    END $$
"""
BROKEN = "CREATE TRIGGER fail BEFORE INSERT ON run FOR EACH ROW EXECUTE FUNCTION fail()"
(FAILED_ROUNDS,) = (
    content
    for language, content in blocks((ROOT / "docs" / "operations.md").read_text("utf-8"))
    if language == "sql" and "round_failure" in content
)
"""How the manual finds them."""

DUE = "UPDATE round_failure SET retry_at = now()"


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[None]:
    """Let *worker* loop, and stop it at the end."""
    looping = asyncio.create_task(worker.work())
    yield
    worker.stop.set()
    worker.bell.ring()
    async with asyncio.timeout(20):
        await looping


def quick(database: Database) -> Worker:
    """Return a worker that looks often."""
    worker = worker_over(database)
    worker.idle = timedelta(seconds=0.02)
    return worker


async def second_round(world: World, owner: Database) -> int:
    """Open another round with an entry, so that it waits for a run."""
    body = {"code": "next", "framework": {"code": "small", "version": "1"}, "title": name("Next")}
    await world.call("admin", "POST", "/rounds", body | {"reference_date": "2027-06-30"})
    await world.call("portal", "PUT", "/rounds/next/entries/C1")
    return int(await one(owner, "SELECT id FROM round WHERE code = 'next'"))


async def test_a_round_that_fails_is_set_aside_and_the_others_go_on(
    world: World, owner: Database, round_id: int
) -> None:
    """What is shown of the error is its kind: its words may carry data."""
    other = await second_round(world, owner)
    await execute(owner, BREAK.format(round=round_id), BROKEN)

    with capture_logs() as logs:
        assert await world.recompute()

    ((failed, attempts, error),) = await rows(
        owner, "SELECT round, attempts, error FROM round_failure"
    )
    assert (failed, attempts, "42" in error) == (round_id, 1, False)
    assert [each["round"] for each in logs if each["event"] == "run failed"] == [ROUND]
    assert [each["round"] for each in logs if each["event"] == "run"] == ["next"]
    ((code, *_),) = await rows(owner, FAILED_ROUNDS)
    assert code == ROUND
    assert await rows(owner, "SELECT round, number FROM run") == [(other, 1)]
    assert (await world.ranking())["run"] == 0
    assert not await world.recompute()  # its time has not come


async def test_a_round_that_fails_again_waits_longer_and_recovers_with_its_cause(
    world: World, owner: Database, round_id: int
) -> None:
    await execute(owner, BREAK.format(round=round_id), BROKEN)
    waits = "SELECT attempts, extract(epoch FROM retry_at - failed_at) FROM round_failure"
    attempts = []
    with capture_logs():
        for _ in range(3):
            assert not await world.recompute()
            attempts += await rows(owner, waits)
            await execute(owner, DUE)
    await execute(owner, "DROP TRIGGER fail ON run")

    assert await world.recompute()

    assert attempts == [(1, 1), (2, 2), (3, 4)]
    async with owner.session() as session:
        assert await books.offences(session, round_id) == {}


async def test_an_error_of_the_domain_is_shown_in_its_own_words(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise FrameworkInvalid("the framework has no points")

    monkeypatch.setattr(Library, "get", refuse)

    assert not await world.recompute()

    assert await rows(owner, "SELECT error FROM round_failure") == [
        ("the framework has no points",)
    ]


async def test_a_round_that_another_worker_has_run_is_not_set_aside(
    world: World, owner: Database, round_id: int
) -> None:
    """Between a failure and its note another worker may have fared better."""
    assert await world.recompute()

    with capture_logs():
        await world.worker()._set_aside(round_id, ROUND, ValueError())

    assert await rows(owner, "SELECT * FROM round_failure") == []


async def test_a_run_that_was_undone_is_not_remembered(
    world: World, owner: Database, round_id: int
) -> None:
    """Its number goes to another run, whose scores may be others."""
    worker = worker_over(world.worker_database)
    assert await worker.run(round_id, ROUND)
    before = worker.remembered.of(round_id)
    await world.submit("source", "C1", STATIONS, 5)
    await execute(owner, BREAK.format(round=round_id), BROKEN)

    assert not await worker.run(round_id, ROUND)

    assert before is not None
    assert worker.remembered.of(round_id) is before


async def test_a_round_never_runs_twice_at_once(
    world: World, owner: Database, round_id: int
) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    async with gate.closed(owner, "writing scores"):
        first = asyncio.create_task(world.recompute())
        await gate.reached(owner)
        await world.submit("source", "C2", STATIONS, 5)

        assert not await world.recompute()

    assert await first
    assert await world.recompute()
    async with owner.session() as session:
        assert await books.offences(session, round_id) == {}


async def test_workers_share_the_rounds(world: World, owner: Database, round_id: int) -> None:
    """While one is busy with a round the other does the rest."""
    async with gate.closed(owner, "writing scores"):
        first = asyncio.create_task(world.recompute())
        await gate.reached(owner)
        other = await second_round(world, owner)
        second = asyncio.create_task(world.recompute())
        await gate.reached(owner, 2)

    assert await first
    assert await second
    assert sorted(await rows(owner, "SELECT round, number FROM run")) == [(round_id, 1), (other, 1)]


async def test_many_workers_and_many_writers_end_with_books_in_order(
    world: World, owner: Database, url: str, round_id: int
) -> None:
    databases = [await Database(url, ROLE).open() for _ in range(3)]
    workers = [quick(each) for each in databases]
    async with working(workers[0]), working(workers[1]), working(workers[2]):
        for value in range(15):
            await asyncio.gather(
                *(world.submit("source", each, STATIONS, value) for each in ("C1", "C2", "P1"))
            )
        await until(lambda: one(owner, IDLE))
    for each in databases:
        await each.close()

    assert await one(owner, "SELECT count(*) FROM submission") == 45
    async with owner.session() as session:
        assert await books.offences(session, round_id) == {}


async def test_told_to_stop_it_finishes_the_run_and_begins_no_other(
    world: World, owner: Database, round_id: int
) -> None:
    await second_round(world, owner)
    worker = quick(world.worker_database)
    async with gate.closed(owner, "writing scores"):
        looping = asyncio.create_task(worker.work())
        await gate.reached(owner)
        worker.stop.set()
    await looping

    assert await rows(owner, "SELECT round, number FROM run") == [(round_id, 1)]


async def test_a_database_out_of_reach_is_asked_until_it_answers(
    world: World, owner: Database, url: str
) -> None:
    """Meanwhile the loop is alive, and no round is to blame."""
    await world.submit("source", "C1", STATIONS, 5)
    engine = create_async_engine(driver_url(url))
    turns, is_back = 0, False

    def turn() -> None:
        nonlocal turns
        turns += 1

    def answer(*_: object) -> None:
        if not is_back:
            raise ConnectionRefusedError

    async def some_turns() -> bool:
        return turns > 5

    event.listen(engine.sync_engine, "do_connect", answer)
    worker = quick(Database(url).over(engine))
    worker.alive = turn
    with capture_logs() as logs:
        async with working(worker):
            await until(some_turns)
            is_back = True
            await until(lambda: one(owner, IDLE))
    await engine.dispose()

    assert {each["event"] for each in logs} == {"database unreachable", "run"}
    assert await rows(owner, "SELECT * FROM round_failure") == []


async def test_an_error_that_nobody_foresaw_does_not_end_the_loop(
    world: World, owner: Database
) -> None:
    """Not even one outside of any round."""
    await world.submit("source", "C1", STATIONS, 5)
    await execute(owner, f"REVOKE SELECT ON round FROM {ROLE}")  # noqa: S608
    with capture_logs() as logs:
        async with working(quick(world.worker_database)):

            async def complained() -> bool:
                return any(each["event"] == "sweep failed" for each in logs)

            await until(complained)
            await execute(owner, f"GRANT SELECT ON round TO {ROLE}")
            await until(lambda: one(owner, IDLE))


async def test_a_bell_rung_before_the_wait_is_heard() -> None:
    """What changes between a look and the wait must not lie until the next look."""
    bell = Bell()
    bell.ring()

    async with asyncio.timeout(10):
        await bell.wait(timedelta(hours=1))

    before = asyncio.get_running_loop().time()
    await bell.wait(timedelta(seconds=0.05))  # the ringing is over
    assert asyncio.get_running_loop().time() - before >= 0.04


async def test_told_to_stop_while_a_burst_gathers_it_stops_at_once(world: World) -> None:
    worker = worker_over(world.worker_database)
    worker.debounce = timedelta(hours=1)
    worker.bell.ring()
    looping = asyncio.create_task(worker.work())

    async def gathering() -> bool:
        return not worker.bell.rung.is_set()

    await until(gathering)
    worker.stop.set()
    worker.bell.ring()

    async with asyncio.timeout(20):
        await looping
