"""How up to date scores are: waiting for a run, and rounds that cannot be run."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.changes import store as changes
from shared.database import Database
from tests.fixtures.ask import unguarded
from tests.fixtures.http import SCORES, findings, gateway, mark, problem, soon
from tests.fixtures.make import MARK, ROUND, World


async def test_who_waits_for_its_own_write_reads_it(world: World) -> None:
    worker = world.worker()
    working = asyncio.create_task(worker.work())
    try:
        for value in (10, 20, 30):
            receipt = (await world.submit("expert", "C1", MARK, value)).json()
            ranking = await world.ranking(wait_for=receipt["id"], wait=30)
            card = await world.card("C1", wait_for=receipt["id"])
            assert ranking["run"] == card["run"]
            assert card["lines"]["B-1"]["value"] == value
    finally:
        worker.stop.set()
        worker.bell.ring()
        await working


async def test_a_reader_waits_until_the_run_has_come(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    ask = changes.pending

    async def pending(*arguments: Any) -> bool:
        waits = await ask(*arguments)
        asked.set()
        return waits

    monkeypatch.setattr(changes, "pending", pending)
    submission = (await world.submit("expert", "C1", MARK, 10)).json()["id"]

    reading = asyncio.create_task(world.ranking(wait_for=submission, wait=30))
    await soon(asked)
    assert not reading.done()
    await world.recompute()

    assert (await reading)["run"] == 1


@pytest.mark.parametrize("wait", [0, 0.05])
async def test_a_reader_that_waited_long_enough_is_told_so(world: World, wait: float) -> None:
    await mark(world, C1=50)
    submission = (await world.submit("expert", "C1", MARK, 10)).json()["id"]

    ranking = await world.ranking(wait_for=submission, wait=wait)
    card = await world.card("C1", wait_for=submission, wait=wait)

    assert (ranking["run"], ranking["state"]) == (card["run"], card["state"]) == (1, "recomputing")
    assert card["lines"]["B-1"]["value"] == 50


async def test_to_wait_for_a_submission_of_another_round_or_of_none_is_refused(
    world: World,
) -> None:
    submission = (await world.submit("expert", "C1", MARK, 10)).json()["id"]
    body = {
        "code": "OTHER",
        "framework": {"code": "small", "version": "1"},
        "title": "Other",
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)

    for path in ("/rounds/OTHER/scores", SCORES, f"{SCORES}/C1"):
        wanted = submission if "OTHER" in path else submission + 1
        answer = await world.call("auditor", "GET", path, wait_for=wanted)
        assert findings(problem(answer, 422, "invalid")) == [
            ("/query/wait_for", "unknown-submission")
        ]
    for wait in ("31", "-1", "nan", "inf", "long"):
        answer = await world.call("auditor", "GET", SCORES, wait_for=submission, wait=wait)
        assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/query/wait"


async def test_a_round_that_cannot_be_run_says_why(world: World, owner: Database) -> None:
    await mark(world, C1=50)
    await world.submit("expert", "C1", MARK, 10)
    async with owner.session() as session:
        whole = await session.scalar(text("SELECT document FROM framework"))
        await session.execute(text("UPDATE framework SET document = '{}'"))

    with capture_logs():
        assert not await world.recompute()

    assert ((await world.ranking())["run"], (await world.ranking())["state"]) == (1, "failed")
    assert (await world.card("C1"))["state"] == "failed"
    said = (await world.call("auditor", "GET", f"/rounds/{ROUND}")).json()["recomputation"]
    assert (said["run"], said["state"], said["attempts"]) == (1, "failed", 1)
    assert said["error"] == "the framework document has 7 findings"
    assert said["failed_at"] < said["retry_at"]

    async with owner.session() as session:
        await session.execute(
            text("UPDATE framework SET document = :whole"), {"whole": json.dumps(whole)}
        )
        await session.execute(text("UPDATE round_failure SET retry_at = now()"))
    assert await world.recompute()
    said = (await world.call("auditor", "GET", f"/rounds/{ROUND}")).json()["recomputation"]
    assert (said["run"], said["state"], said["error"], said["attempts"]) == (2, "current", None, 0)


async def test_what_failed_inside_is_named_but_not_quoted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("county C1 reported 10")

    monkeypatch.setattr("shared.runs.service.rescore", fail)
    await world.submit("expert", "C1", MARK, 10)
    with capture_logs():
        await world.recompute()
    said = (await world.call("auditor", "GET", f"/rounds/{ROUND}")).json()["recomputation"]
    assert said["error"] == "ValueError"


SET_BACK = (
    "DELETE FROM score_version WHERE run > 1",
    "DELETE FROM run_input WHERE run > 1",
    "DELETE FROM run_parameters WHERE run > 1",
    "DELETE FROM run WHERE number > 1",
)


async def test_a_gateway_forgets_what_a_database_that_was_set_back_has_lost(
    world: World, owner: Database, database: Database
) -> None:
    """A standby that takes over may lack the last runs, and gives their numbers again."""
    await mark(world, C1=50, C2=40)
    await world.ranking()
    await mark(world, C2=90)
    lost = await world.ranking()
    await unguarded(owner, *SET_BACK)
    for run, value in ((2, 60), (3, 70)):
        await mark(world, C1=value)
        remembering = await world.ranking()
        async with gateway(database) as client:
            fresh = World(client, world.headers, world.worker_database)
            assert remembering == await fresh.ranking()
        assert remembering["run"] == run
    assert remembering["items"] != lost["items"]
