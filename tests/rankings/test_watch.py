"""Where rounds stand: asked once for all, and told to who waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api import app
from shared.changes import store as changes
from shared.database import Database
from shared.rankings import store as standings
from shared.rankings import watch
from shared.rankings.store import Freshness
from shared.rankings.watch import Watch
from shared.rounds import store as rounds
from shared.settings import Settings
from tests.fixtures.http import soon
from tests.fixtures.make import MARK, ROUND, World


@dataclass
class Looks:
    """The looks that a watch takes: counted, and held up while *gate* is closed."""

    look: Callable[..., Awaitable[Freshness]]
    taken: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    error: Exception | None = None

    async def __call__(self, *arguments: Any) -> Freshness:
        """Look, and keep back what was seen until the gate is open."""
        self.taken += 1
        if self.error:
            raise self.error
        seen = await self.look(*arguments)
        self.begun.set()
        await self.gate.wait()
        return seen


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Give the looks of this test's watches; the gate is open."""
    looks = Looks(standings.glance)
    looks.gate.set()
    monkeypatch.setattr(standings, "glance", looks)
    return looks


@pytest.fixture
async def round_id(world: World, owner: Database) -> int:
    """Give the id of the world's round, whose scores are up to date."""
    await world.recompute()
    async with owner.session() as session:
        return (await rounds.get(session, ROUND)).id


async def test_who_asks_during_a_look_shares_the_next(
    database: Database, round_id: int, looks: Looks
) -> None:
    watch = Watch(database)
    seen = await asyncio.gather(*(watch.freshness(round_id) for _ in range(50)))
    assert looks.taken == 2
    assert set(seen) == {await watch.freshness(round_id)}
    assert looks.taken == 3


async def test_who_asks_after_a_look_began_is_shown_a_later_one(
    world: World, database: Database, round_id: int, looks: Looks
) -> None:
    """So that who has just written never reads that nothing waits."""
    watch = Watch(database)
    looks.gate.clear()
    before = asyncio.create_task(watch.freshness(round_id))
    await soon(looks.begun)
    await world.submit("expert", "C1", MARK, 10)

    after = [asyncio.create_task(watch.freshness(round_id)) for _ in range(10)]
    await asyncio.sleep(0)
    looks.gate.set()

    assert not (await before).changes_wait
    assert all(each.changes_wait for each in await asyncio.gather(*after))
    assert looks.taken == 2


@pytest.mark.parametrize("leaving", [0, 1], ids=["who looks", "who waits"])
async def test_a_reader_that_goes_away_takes_nobody_with_it(
    database: Database, round_id: int, looks: Looks, leaving: int
) -> None:
    watch = Watch(database)
    looks.gate.clear()
    asked = [asyncio.create_task(watch.freshness(round_id)) for _ in range(3)]
    await soon(looks.begun)
    gone = asked.pop(leaving)
    gone.cancel()
    looks.gate.set()
    assert [each.run for each in await asyncio.gather(*asked)] == [1, 1]
    assert gone.cancelled()


async def test_a_look_that_fails_is_not_remembered(
    database: Database, round_id: int, looks: Looks
) -> None:
    watch = Watch(database)
    looks.error = ConnectionResetError()
    asked = await asyncio.gather(
        *(watch.freshness(round_id) for _ in range(3)), return_exceptions=True
    )
    assert asked == [looks.error] * 3
    looks.error = None
    assert (await watch.freshness(round_id)).run == 1


async def test_who_waits_for_a_server_that_hangs_waits_once(
    database: Database, round_id: int, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(database)
    hung = asyncio.Event()

    async def hang(*_: Any) -> Freshness:
        looks.taken += 1
        looks.begun.set()
        await hung.wait()
        raise TimeoutError

    monkeypatch.setattr(standings, "glance", hang)
    asked = [asyncio.create_task(watch.freshness(round_id)) for _ in range(3)]
    await soon(looks.begun)
    hung.set()
    failed = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in failed] == [TimeoutError] * 3
    assert looks.taken == 1


async def test_rounds_do_not_wait_for_each_other(
    database: Database, round_id: int, looks: Looks
) -> None:
    watch = Watch(database)
    looks.gate.clear()
    held_up = asyncio.create_task(watch.freshness(round_id))
    await soon(looks.begun)
    looks.begun.clear()
    other = asyncio.create_task(watch.freshness(round_id + 1))
    await soon(looks.begun)
    looks.gate.set()
    assert ((await held_up).run, (await other).run) == (1, 0)


@pytest.fixture
def only_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let who waits trust that it is told: it does not look by itself."""
    monkeypatch.setattr(watch, "LOOK_SECONDS", 3600)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Give what is set once somebody asked whether a submission still waits."""
    asked = asyncio.Event()
    ask = changes.pending

    async def pending(*arguments: Any) -> bool:
        waits = await ask(*arguments)
        asked.set()
        return waits

    monkeypatch.setattr(changes, "pending", pending)
    return asked


async def submission(world: World) -> int:
    """Submit something and return its id."""
    identity: int = (await world.submit("expert", "C1", MARK, 10)).json()["id"]
    return identity


@pytest.mark.usefixtures("only_told")
async def test_what_was_taken_in_already_is_not_waited_for(
    world: World, database: Database, round_id: int
) -> None:
    identity = await submission(world)
    await world.recompute()
    assert await Watch(database).included(round_id, identity, 3600)


@pytest.mark.usefixtures("only_told")
async def test_who_waits_is_woken_by_a_run_that_took_it_in_and_by_no_other(
    world: World, database: Database, round_id: int, asked: asyncio.Event
) -> None:
    watch = Watch(database)
    waiting = asyncio.create_task(watch.included(round_id, await submission(world), 3600))
    await soon(asked)
    asked.clear()
    watch.heard(round_id)
    await soon(asked)
    assert not waiting.done()

    await world.recompute()
    watch.heard(None)

    assert await waiting


async def test_who_is_not_told_looks_by_itself(
    world: World, database: Database, round_id: int, asked: asyncio.Event
) -> None:
    """A notification is a hint; one that is lost costs a moment, not the answer."""
    watch = Watch(database)
    waiting = asyncio.create_task(watch.included(round_id, await submission(world), 3600))
    await soon(asked)
    await world.recompute()
    assert await waiting


async def test_who_waited_long_enough_is_told_that_it_was_in_vain(
    world: World, database: Database, round_id: int
) -> None:
    assert not await Watch(database).included(round_id, await submission(world), 0)


@asynccontextmanager
async def listening_gateway(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run a gateway as in production, listening to PostgreSQL's notifications."""
    gateway = app.over(url, Settings())
    async with gateway.router.lifespan_context(gateway):
        transport = httpx.ASGITransport(gateway)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
            yield client


@pytest.mark.usefixtures("only_told")
async def test_a_gateway_hears_of_a_run_from_the_database(
    world: World, url: str, asked: asyncio.Event
) -> None:
    async with listening_gateway(url) as client:
        reader = World(client, world.headers, world.worker_database)
        identity = await submission(world)
        reading = asyncio.create_task(reader.ranking(wait_for=identity, wait=30))
        await soon(asked)
        await world.recompute()
        assert (await reading)["run"] == 1
