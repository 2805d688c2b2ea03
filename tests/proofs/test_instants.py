"""Scores as of an instant: those of the last run that was sealed then, for ever."""

import asyncio
from datetime import datetime, timedelta

import httpx
from sqlalchemy import text

from shared.database import Database
from shared.seals import epoch_store
from shared.seals import store as seals
from tests.fixtures.ask import one, unguarded, until_blocked
from tests.fixtures.http import SCORES, findings, problem
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import sealed

SEALED_AT = "SELECT sealed_at FROM log_entry WHERE run = :run"


async def told(world: World, owner: Database, value: float) -> datetime:
    """Report a count, run and seal; return when the run was sealed."""
    await world.submit("source", "C1", STATIONS, value)
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)
    run = await one(owner, "SELECT max(number) FROM run")
    moment: datetime = await one(owner, SEALED_AT, run=run)
    return moment


def asked(
    world: World, path: str, instant: datetime, **more: object
) -> asyncio.Task[httpx.Response]:
    """Ask an auditor's question as of an *instant*."""
    question = world.call("auditor", "GET", path, as_of=instant.isoformat(), **more)
    return asyncio.ensure_future(question)


async def test_an_instant_names_the_last_run_that_was_sealed_then(
    world: World, owner: Database
) -> None:
    first, second = [await told(world, owner, value) for value in (40, 50)]
    moment = timedelta(microseconds=1)
    for instant, run in ((first, 1), (second - moment, 1), (second, 2)):
        assert (await asked(world, SCORES, instant)).json()["run"] == run
        card = (await asked(world, f"{SCORES}/C1", instant)).json()
        assert (card["run"], card["lines"][0]["value"]) == (run, 40.0 if run == 1 else 50.0)
        explained = (await asked(world, f"{SCORES}/C1/explanation", instant)).json()
        assert explained["run"] == run
        export = await asked(world, f"/rounds/{ROUND}/export/ranking", instant, format="jsonl")
        assert export.headers["pilotzone-run"] == str(run)
        moved = await asked(world, f"/rounds/{ROUND}/movements", instant)
        assert moved.json()["until"] == run
        analysis = {"as_of": instant.isoformat()}
        doubted = await world.call("admin", "POST", f"/rounds/{ROUND}/sensitivity", **analysis)
        assert doubted.json()["parameters"]["run"] == run
    refused = problem(await asked(world, SCORES, first - timedelta(days=1)), 404, "not-found")
    assert refused["detail"] == "no run was sealed at that instant"


async def test_a_restore_changes_no_answer_about_an_instant_before_it(
    world: World, owner: Database
) -> None:
    """All runs are sealed once more, in the log of its epoch: later, though a clock is behind."""
    instant = await told(world, owner, 40)
    await unguarded(owner, "UPDATE log_entry SET sealed_at = sealed_at + interval '1 hour'")
    async with owner.session() as session:
        await epoch_store.begin(session, 1)
    await sealed(world.worker_database)
    moments = "SELECT count(DISTINCT sealed_at) FROM log_entry WHERE sealed_at > :then"
    assert await one(owner, moments, then=instant + timedelta(hours=1)) > 1
    await unguarded(owner, "UPDATE log_entry SET sealed_at = sealed_at - interval '1 hour'")
    assert (await asked(world, SCORES, instant)).json()["run"] == 1


async def test_an_instant_that_is_to_come_or_stands_beside_a_run_is_refused(
    world: World, owner: Database
) -> None:
    instant = await told(world, owner, 40)
    later = await asked(world, SCORES, instant + timedelta(days=1))
    assert findings(problem(later, 422, "invalid")) == [("/query/as_of", "in-the-future")]
    both = await asked(world, SCORES, instant, run=1)
    assert findings(problem(both, 422, "invalid")) == [("/query/as_of", "with-a-run")]


async def test_who_is_sealing_is_waited_for_so_that_the_answer_stays_as_it_is(
    world: World, owner: Database, round_id: int
) -> None:
    """The moment of an entry lies before its commit; a reader between the two must not miss it."""
    await told(world, owner, 40)
    await world.submit("source", "C1", STATIONS, 50)
    await worker_over(world.worker_database).sweep()
    async with owner.session() as session:
        assert await seals.try_hold(session, round_id)
        add = """
            INSERT INTO log_entry (round, epoch, position, type, run, body, leaf, sealed_at)
            SELECT round, epoch, position + 1, type, 2, body, leaf, clock_timestamp()
            FROM log_entry ORDER BY position DESC LIMIT 1 RETURNING clock_timestamp()
        """
        instant = (await session.scalars(text(add))).one()
        answer = asked(world, SCORES, instant)
        await until_blocked(owner)
    assert (await answer).json()["run"] == 2
