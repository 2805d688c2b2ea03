"""Deliveries by real workers to a real receiver."""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from shared.database import Database
from tests.fixtures.ask import until
from tests.fixtures.http import key
from tests.fixtures.make import MARK, ROUND, World
from tests.webhooks.receiving import ALLOWED, Received, receiving, shown, subscribe
from tests.worker.processes import ServiceProcess, service_process

QUICK = {
    "PILOTZONE_WEBHOOK_TARGETS": ALLOWED,
    "PILOTZONE_WEBHOOK_RETRY": "PT0.05S",
    "PILOTZONE_WEBHOOK_FAILURES": "1000",
    "PILOTZONE_WORKER_IDLE": "PT0.05S",
}


@pytest.fixture
def workers(url: str, tmp_path: Path) -> Iterator[Iterator[ServiceProcess]]:
    """Give real workers, each when it is asked for; none outlives the test."""
    with ExitStack() as running:
        yield (
            running.enter_context(
                service_process("worker", url, tmp_path / f"{number}.log", **QUICK)
            )
            for number in count()
        )


def proof(secret: str, got: Received) -> str:
    """Compute the signature as documented, without our code."""
    shared = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    return "v1," + base64.b64encode(hmac.new(shared, said, hashlib.sha256).digest()).decode()


async def test_a_receiver_that_was_down_and_a_worker_that_is_killed_lose_nothing(
    world: World, workers: Iterator[ServiceProcess]
) -> None:
    """Every event arrives, in its order, and what comes twice says so."""
    await world.recompute()
    async with receiving() as down:
        pass
    made = await subscribe(world, down.url)
    first = next(workers)
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"})
    await until(lambda: _is(world, made, "failing"))
    for value in (10, 20):
        before = await _last_run(world)
        await world.submit("expert", "C1", MARK, value)
        await until(lambda least=before: _ran_after(world, least))  # type: ignore[misc]
    await world.transition("closed")

    async with receiving(down.port, held=True) as receiver:
        (broken_off,) = await receiver.until(1)
        await first.kill()
        receiver.open.set()
        second = next(workers)
        await until(lambda: _is(world, made, "active", pending=0))
        assert await second.stop() == 0

    assert "Traceback" not in second.said()
    got = receiver.got[1:]
    assert got[0].headers["webhook-id"] == broken_off.headers["webhook-id"]
    assert got[0].body == broken_off.body
    attempts = [int(each.headers["webhook-attempt"]) for each in (broken_off, *got)]
    assert attempts[1] > attempts[0] > 1
    assert attempts[2:] == [1] * (len(got) - 1)
    said = [each.said for each in got]
    assert (said[0][0], said[0][1]["entry"]) == ("round", "withdrawn")
    runs = [data["run"] for kind, data in said if kind == "run"]
    assert runs == [*range(2, await _last_run(world) + 1)]
    assert [data["state"] for kind, data in said[1:] if kind == "round"] == ["closed"]
    assert len(got) == 2 + len(runs)
    assert all(each.headers["webhook-signature"] == proof(made["secret"], each) for each in got)
    assert all(abs(int(each.headers["webhook-timestamp"]) - time.time()) < 60 for each in got)


async def test_a_worker_makes_test_calls_and_delivers_nothing_for_a_key_that_ended(
    world: World, owner: Database, workers: Iterator[ServiceProcess]
) -> None:
    world.headers["leaver"] = await key(owner, "portal", "leaver")
    await world.recompute()
    async with receiving() as receiver:
        made = await subscribe(world, receiver.url, "leaver")
        kept = await subscribe(world, receiver.url + "&kept", "portal")
        await next(workers).until_said("worker started")

        path = f"/webhooks/{made['id']}/test"
        answer = (await world.call("leaver", "POST", path)).json()
        receiver.status = 503
        refused = (await world.call("leaver", "POST", path)).json()
        receiver.status = 204
        await world.call("admin", "DELETE", f"/keys/{made['key']}")
        await world.submit("expert", "C1", MARK, 10)
        got = await receiver.until(3)
        await until(lambda: _is(world, kept, "active", pending=0))

    assert (answer["status"], answer["failure"]) == (204, None)
    assert (refused["status"], refused["failure"]) == (503, "status")
    assert [each.said[0] for each in got[:2]] == ["test", "test"]
    assert got[0].headers["webhook-signature"] == proof(made["secret"], got[0])
    assert {each.path for each in got[2:]} == {"/hooks?of=portal&kept"}
    assert (await shown(world, made, "admin"))["state"] == "ended"


async def _is(world: World, made: dict[str, object], state: str, **more: object) -> bool:
    found = await shown(world, made)
    return all(found[name] == value for name, value in ({"state": state} | more).items())


async def _last_run(world: World) -> int:
    runs = (await world.call("auditor", "GET", f"/rounds/{ROUND}/runs")).json()["items"]
    return int(max(each["run"] for each in runs))


async def _ran_after(world: World, run: int) -> bool:
    return await _last_run(world) > run
