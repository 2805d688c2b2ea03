"""Requests that carry one key at the same time, and processes that end in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.app import ROLE
from shared.database import Database, Session
from shared.embedded.server import logged_in
from shared.idempotency.service import Answers
from shared.rounds import store as rounds
from tests.fixtures.ask import one, rows, until_blocked
from tests.fixtures.http import SUBMISSIONS, gateway, problem, stored
from tests.fixtures.make import ROUND, World
from tests.idempotency.asking import again, send, told, value

BATCH = f"{SUBMISSIONS}/batch"
TWINS = 8


@pytest.fixture
async def second(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of another gateway, with connections of its own."""
    async with (
        Database(logged_in(url, ROLE), ROLE) as database,
        gateway(database) as client,
    ):
        yield client


async def test_of_twins_at_two_gateways_one_takes_effect_and_all_are_told_the_same(
    world: World, owner: Database, round_id: int, second: httpx.AsyncClient
) -> None:
    """All have begun before any can end: the round is held until each gateway waits for it."""
    async with owner.session() as session:
        await rounds.hold_alone(session, round_id)
        twins = [
            asyncio.create_task(send(world, {"items": [value(5)]}, BATCH, client=client))
            for client in (world.client, second)
            for _ in range(TWINS)
        ]
        await until_blocked(owner, 2)
    answers = await asyncio.gather(*twins)

    assert Counter(map(again, answers)) == {False: 1, True: 2 * TWINS - 1}
    assert [told(each) for each in answers] == [told(answers[0])] * len(answers)
    assert answers[0].json()["counts"]["created"] == 1
    assert await one(owner, "SELECT count(*) FROM batch") == 1


async def test_twins_that_wait_leave_connections_to_others(
    world: World, owner: Database, round_id: int
) -> None:
    """More of them than there are connections, and one alone has one."""
    async with owner.session() as session:
        await rounds.hold_alone(session, round_id)
        twins = [asyncio.create_task(send(world, value(5))) for _ in range(20)]
        await until_blocked(owner)

        answer = await send(
            world,
            {"code": "X", "kind": "park", "name": {"zh": "x", "en": "x"}},
            "/applicants",
            "portal",
            key="another",
        )
        assert answer.status_code == 201, answer.text
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        assert await one(owner, waiting) == 1
    answers = await asyncio.gather(*twins)

    assert Counter(map(again, answers)) == {False: 1, True: 19}


async def test_a_twin_does_what_the_one_before_it_did_not(
    world: World, owner: Database, round_id: int, second: httpx.AsyncClient
) -> None:
    """The first is refused for the round is closed; by the time of the second it is open."""
    async with owner.session() as session:
        await rounds.hold_alone(session, round_id)
        first = asyncio.create_task(send(world, value(5)))
        await until_blocked(owner)
        twin = asyncio.create_task(send(world, value(5), client=second))
        await until_blocked(owner, 2)
        first.cancel()  # its client is gone
    answer = await twin

    assert answer.status_code == 201
    assert not again(answer)
    assert [each["value"] for each in await stored(world)] == [5]


KILL = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize("moment", ["before the answer is kept", "after it"])
@pytest.mark.parametrize("path", [SUBMISSIONS, BATCH, f"/rounds/{ROUND}/transitions"])
async def test_what_ends_before_the_commit_has_neither_effect_nor_answer(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch, moment: str, path: str
) -> None:
    """Wherever a process or its connection ends; the same request then does all of it."""
    bodies: dict[str, tuple[Any, str]] = {
        SUBMISSIONS: (value(5), "source"),
        BATCH: ({"items": [value(5)]}, "source"),
    }
    body, role = bodies.get(path, ({"to": "closed"}, "admin"))
    keep = Answers.keep

    async def killed(answers: Answers, session: Session, *parts: Any) -> None:
        if moment == "after it":
            await keep(answers, session, *parts)
        await session.execute(text(KILL))

    state = """
        SELECT (SELECT count(*) FROM submission), (SELECT count(*) FROM batch),
            (SELECT count(*) FROM idempotency_key), (SELECT state FROM round)
    """
    before = await rows(owner, state)
    with monkeypatch.context() as patched:
        patched.setattr(Answers, "keep", killed)
        problem(await send(world, body, path, role), 503, "unavailable")
    assert await rows(owner, state) == before

    first, second = [await send(world, body, path, role) for _ in range(2)]

    assert first.is_success
    assert (again(first), again(second)) == (False, True)
    assert told(second) == told(first)
