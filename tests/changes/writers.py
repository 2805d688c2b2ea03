"""Whoever writes to the change log, watched by the database."""

import asyncio

import httpx

from shared.core.principal import Actor
from shared.database import Database
from shared.rounds import service as rounds
from tests.fixtures.make import MARK, ROUND, STATIONS, World
from tests.submissions.saying import push, said

ADMIN = Actor("tests", "tests")
PATH = f"/rounds/{ROUND}"
WATCHED = (
    """
    CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted
            AND (classid, objid, objsubid) = (1, NEW.round, 2)
            AND (mode = 'ExclusiveLock' OR (mode = 'ShareLock' AND NEW.submission IS NULL));
        IF NOT FOUND THEN
            RAISE 'the round is not held';
        END IF;
        PERFORM pg_sleep(random() * 0.004);
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER watch BEFORE INSERT ON submission_change FOR EACH ROW EXECUTE FUNCTION watch()",
)
"""Refuses what is written without the round's lock, and dawdles once an id is given."""
UNWATCHED = ("DROP TRIGGER watch ON submission_change",)


async def batch(world: World, value: int) -> httpx.Response:
    """Submit two values at once."""
    row = {"measure": STATIONS, "value": value, "as_of": "2026-06-01"}
    rows = [row | {"applicant": each} for each in ("C2", "P1")]
    return await world.call("source", "POST", f"{PATH}/submissions/batch", {"items": rows})


async def settle(world: World, value: int) -> httpx.Response:
    """Adjudicate a mark."""
    body = {"value": value, "reason": "Heard both."}
    return await world.call("admin", "PUT", f"{PATH}/adjudications/C2/{MARK}", body)


async def tie(world: World, state: str) -> httpx.Response:
    """Declare a tie, which takes marks back, or lift it."""
    body = {"state": state, "reason": "They are cousins."}
    return await world.call("admin", "PUT", f"{PATH}/conflicts/expert/C1", body)


async def enter(world: World, state: str) -> httpx.Response:
    """Let an applicant take part, or not."""
    return await world.call("portal", "PUT", f"{PATH}/entries/P1", {"state": state})


async def ask_for_a_run(owner: Database) -> None:
    """Have everybody scored anew, which the command line does with the owner's rights."""
    async with owner.session() as session:
        await rounds.recompute(session, ADMIN, ROUND)


async def all_at_once(world: World, owner: Database, crowd: Database, round_id: int) -> None:
    """Write to the round in every way there is, side by side, for about a second."""

    async def report(reporter: int) -> None:
        for n in range(20):
            await push(crowd, round_id, said(n, ("C1", "C2", "P1")[n % 3], reporter=reporter))

    async def judge() -> None:
        for n in range(10):
            await world.submit("expert", "C1", MARK, 10 + n)
            await batch(world, n)
            await settle(world, 60 + n)
            await tie(world, "lifted" if n % 2 else "declared")

    async def share() -> None:
        for n in range(25):
            await enter(world, "accepted" if n % 2 else "withdrawn")
            await ask_for_a_run(owner)

    reporters = [report(each) for each in range(1, 5)]
    async with asyncio.timeout(60):
        await asyncio.gather(*reporters, judge(), share(), share(), share())
