"""Streams of events over real sockets."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.access import service as keys
from shared.core.principal import Actor
from shared.database import Database
from shared.live import happenings
from shared.live.service import Live
from tests.fixtures.http import key, mark
from tests.fixtures.make import ROUND, World
from tests.live.listening import PATH, gateway, listen
from worker.loop import Bell
from worker.operations import Operator


async def test_who_listens_is_told_each_run_once_and_in_order_while_values_come(
    world: World, url: str
) -> None:
    """Also who comes again in the middle, and at another gateway."""
    async with gateway(url) as first, gateway(url) as second:
        steady = await listen(first, world.headers["portal"])
        restless = await listen(second, world.headers["auditor"])
        seen = []
        for value in range(8):
            await mark(world, C1=value, C2=8 - value)
            if value % 3 == 2:
                seen += await restless.happenings(3)
                restless.client.writer.close()
                other = first if value == 2 else second
                restless = await listen(other, world.headers["auditor"], restless.last_id)
        seen += await restless.happenings(2)
        told = await steady.happenings(8)

    assert [(each.kind, each.data["run"]) for each in told] == [("run", n) for n in range(1, 9)]
    assert [each.raw for each in seen] == [each.raw for each in told]
    assert [each.id for each in told] == [f"{n}-4-0" for n in range(1, 9)]


async def test_what_happened_while_nobody_served_is_told_to_who_comes_again(
    world: World, url: str
) -> None:
    async with gateway(url) as served:
        reader = await listen(served, world.headers["portal"])
        await mark(world, C1=50)
        (first,) = await reader.happenings(1)
    await mark(world, C1=60, C2=80)
    await world.transition("closed")

    async with gateway(url) as served:
        reader = await listen(served, world.headers["portal"], first.id)
        run, closed = await reader.happenings(2)

    page = (await world.call("auditor", "GET", f"/rounds/{ROUND}/movements")).json()
    by_rank = sorted(page["items"][1]["moved"], key=lambda each: each["after"])
    assert run.data["moved"] == by_rank
    assert run.data["moved_count"] == len(run.data["moved"]) > 0
    assert run.data["recorded_at"] == page["items"][1]["recorded_at"]
    assert (closed.kind, closed.data["state"], closed.id) == ("round", "closed", "2-5-0")


async def test_changes_of_a_round_are_told(world: World, url: str) -> None:
    async with gateway(url) as served:
        reader = await listen(served, world.headers["source"])
        entry = f"/rounds/{ROUND}/entries/C2"
        await world.call("portal", "PUT", entry, {"state": "withdrawn"})
        await world.call("portal", "PUT", entry, {"state": "withdrawn"})
        await world.transition("closed")

        entered, closed = await reader.happenings(2)

    assert (entered.data["applicant"], entered.data["entry"]) == ("C2", "withdrawn")
    assert (closed.data["round"], closed.data["state"]) == (ROUND, "closed")


async def test_how_far_operations_are_is_told_and_that_they_ended(world: World, url: str) -> None:
    """What one can miss has no id; the end has one."""
    async with gateway(url) as served:
        reader = await listen(served, world.headers["portal"])
        await mark(world, C1=50)
        await reader.happenings(1)
        path = f"/rounds/{ROUND}/sensitivity"
        done, given_up = [
            (await world.call("auditor", "POST", path, {"draws": 10})).json()["id"]
            for _ in range(2)
        ]
        told = await reader.happenings(1)
        assert await Operator(world.worker_database, Bell(), timedelta(seconds=1)).carry_out_next()
        await world.call("auditor", "DELETE", f"/rounds/{ROUND}/operations/{given_up}")
        while told[-1].id != "1-4-2":
            told += await reader.happenings(1)

    ends = [each.data for each in told if each.id]
    assert [(each["operation"], each["state"]) for each in ends] == [
        (done, "done"),
        (given_up, "cancelled"),
    ]
    under_way = [each.data for each in told if not each.id]
    assert {each["operation"] for each in under_way} == {done, given_up}
    assert under_way[0]["progress"] == 0


async def test_silence_is_broken_by_signs_of_life(world: World, url: str) -> None:
    """Longer than any limit of time that a request or a connection has."""
    quick = {"stream_heartbeat": "PT0.1S", "database_statement_timeout": "PT0.2S"}
    async with gateway(url, **quick, stall_timeout="PT0.2S", head_timeout="PT0.2S") as served:
        reader = await listen(served, world.headers["portal"])
        signs = [await reader.next() for _ in range(20)]
        await mark(world, C1=50)
        (run,) = await reader.happenings(1)

    assert {each.raw for each in signs} == {b":"}
    assert run.data["run"] == 1


async def test_a_gateway_that_ends_ends_its_streams(world: World, url: str) -> None:
    async with gateway(url) as served:
        readers = [await listen(served, world.headers["portal"]) for _ in range(5)]
        served.server.should_exit = True
        async with asyncio.timeout(5):  # half of what it waits for requests that do not end
            assert [await each.until_end() for each in readers] == [[]] * 5


async def test_who_lost_the_key_is_told_nothing_more(
    world: World, url: str, owner: Database
) -> None:
    async with gateway(url, key_cache=timedelta(0)) as served:
        lost = await listen(served, await key(owner, "portal", "leaver"))
        kept = await listen(served, world.headers["portal"])
        async with owner.session() as session:
            await keys.revoke(session, Actor("tests", "tests"), "leaver")
        await mark(world, C1=50)

        assert await lost.until_end() == []
        assert len(await kept.happenings(1)) == 1


async def test_an_expert_is_told_of_runs_and_nothing_that_moves_with_marks(
    world: World, url: str
) -> None:
    async with gateway(url) as served:
        reader = await listen(served, world.headers["expert"])
        await mark(world, C1=50)
        await world.call("auditor", "POST", f"/rounds/{ROUND}/sensitivity", {"draws": 10})
        await mark(world, C1=50, C2=60)
        events = await reader.happenings(2)

    assert [set(each.data) for each in events] == [{"round", "run", "recorded_at"}] * 2
    assert [each.id for each in events] == ["1-4-0", "2-4-0"]


async def test_all_who_listen_get_the_same_bytes_which_are_made_once(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    between = happenings.between

    async def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return await between(*arguments)

    monkeypatch.setattr(happenings, "between", counted)
    async with gateway(url) as served:
        readers = [await listen(served, world.headers["portal"]) for _ in range(200)]
        await mark(world, C1=50)
        told = [(await each.happenings(1))[0].raw for each in readers]

    assert len(told) == 200
    assert len(set(told)) == 1
    assert len(made) == 1


async def test_listeners_hold_no_connection(world: World, url: str) -> None:
    """Far more listen than there are connections; one of these hears of notifications."""
    async with gateway(url, database_pool=2) as served:
        readers = [await listen(served, world.headers["portal"]) for _ in range(20)]
        await mark(world, C1=50)
        assert all([(await each.happenings(1))[0].data["run"] == 1 for each in readers])


async def test_more_than_may_listen_are_refused(world: World, url: str) -> None:
    async with gateway(url, max_streams=2, stream_heartbeat="PT0.1S") as served:
        readers = [await listen(served, world.headers["portal"]) for _ in range(3)]
        assert [each.status for each in readers] == [200, 200, 503]
        assert b"retry-after: 1" in readers[-1].head

        readers[0].client.writer.close()
        while (again := await listen(served, world.headers["portal"])).status != 200:
            again.client.writer.close()


async def test_of_the_answer_to_head_there_is_the_head(world: World, url: str) -> None:
    async with gateway(url) as served:
        client = await served.connect()
        head = f"HEAD {PATH} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
        bearer = world.headers["portal"]["Authorization"]
        await client.say(f"{head}Authorization: {bearer}\r\n\r\n".encode())
        answer = await client.rest()

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"text/event-stream" in answer
    assert answer.endswith(b"\r\n\r\n")


async def test_where_a_stream_begins_is_an_id_of_ours(world: World, url: str) -> None:
    async with gateway(url) as served:
        wrong = await listen(served, world.headers["portal"], "yesterday")
        beyond = await listen(served, world.headers["portal"], "7-99-99")
        nowhere = await listen(served, world.headers["portal"], path="/v1/rounds/R1/events")

    assert (wrong.status, beyond.status, nowhere.status) == (422, 200, 404)
    assert beyond.last_id == "0-4-0"


def test_rounds_that_nobody_listens_to_are_not_looked_at(database: Database) -> None:
    live = Live(database, lambda *_: b"", 1, timedelta(seconds=1))

    live.heard(None)

    assert live.listening == 0
