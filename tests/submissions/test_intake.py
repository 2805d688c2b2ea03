"""Group commit: submissions that arrive together are written together."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from asyncpg import CharacterNotInRepertoireError
from msgspec.structs import replace
from sqlalchemy import text

from shared.database import Database
from shared.rounds import store as rounds
from shared.submissions import intake as module
from shared.submissions import recording as submissions
from shared.submissions.intake import Intake
from shared.submissions.store import NewSubmission, Receipt
from tests.fixtures.ask import one, until_blocked
from tests.fixtures.http import count, stored, until_waiting
from tests.fixtures.make import MARK, ROUND, World, name


@dataclass
class Bench:
    """An intake over an open round, whose writing can be held up and counted."""

    world: World
    owner: Database
    intake: Intake
    round_id: int
    reporter: int

    def item(self, value: float, comment: str | None = None, day: int = 1) -> NewSubmission:
        """Return a submission of C1."""
        return count(self.reporter, value, day, comment)

    def send(self, *items: NewSubmission) -> asyncio.Task[list[Receipt]]:
        """Begin to record *items* as one request."""
        return asyncio.create_task(self.intake.record(self.round_id, items))

    @asynccontextmanager
    async def held(self) -> AsyncIterator[asyncio.Task[list[Receipt]]]:
        """Hold up a first request while it is written."""
        async with self.owner.session() as session:
            await rounds.hold_alone(session, self.round_id)
            first = self.send(self.item(0))
            await until_waiting(self.owner, first)
            yield first
            await asyncio.sleep(0)  # lets what was sent begin


@pytest.fixture
async def bench(world: World, database: Database, owner: Database) -> Bench:
    """Give an intake of its own over the world's database."""
    async with owner.session() as session:
        round_ = await rounds.get(session, ROUND)
        query = text("SELECT id FROM reporter WHERE name = 'source'")
        reporter = (await session.scalars(query)).one()
    return Bench(world, owner, Intake(database), round_.id, reporter)


def results(receipts: Sequence[Receipt]) -> list[str]:
    """Return what became of each item."""
    return [each.result for each in receipts]


async def transactions(bench: Bench) -> int:
    """Return how many transactions wrote what is stored."""
    found: int = await one(bench.owner, "SELECT count(DISTINCT xmin::text) FROM submission")
    return found


async def test_what_arrives_while_one_is_written_is_written_next_and_together(
    bench: Bench,
) -> None:
    async with bench.held() as first:
        rest = [bench.send(bench.item(at, day=2 + at % 20)) for at in range(1, 41)]
        await asyncio.sleep(0)
        assert not any(each.done() for each in (first, *rest))

    answered = [await first, *await asyncio.gather(*rest)]

    assert await transactions(bench) == 2
    by_id = {each["id"]: each["value"] for each in await stored(bench.world)}
    assert [by_id[receipt.id] for (receipt,) in answered if receipt.id] == list(range(41))


async def test_nobody_is_answered_before_the_commit(bench: Bench) -> None:
    """At the moment of the answer another connection sees the row."""
    for day in range(1, 6):
        (receipt,) = await bench.send(bench.item(day, day=day))
        async with bench.owner.session() as session:
            query = text("SELECT number FROM submission WHERE id = :id")
            assert (await session.scalars(query, {"id": receipt.id})).one() == day


async def test_a_request_that_cannot_be_written_fails_alone(bench: Bench) -> None:
    async with bench.held() as first:
        good, bad, other = (
            bench.send(bench.item(1, day=2)),
            bench.send(bench.item(2, day=3), bench.item(3, "\0", day=4)),
            bench.send(bench.item(4, day=5)),
        )

    assert results(await first + await good + await other) == ["created"] * 3
    with pytest.raises(CharacterNotInRepertoireError):
        await bad
    assert [each["value"] for each in await stored(bench.world)] == [0, 1, 4]


async def test_what_two_gateways_are_told_at_once_is_stored_once(
    bench: Bench, database: Database
) -> None:
    """Of what each gathered, only what both were told is judged anew."""
    other = Intake(database)
    async with bench.held() as first:
        second = asyncio.create_task(
            other.record(bench.round_id, [bench.item(0), bench.item(7, day=2)])
        )
        await until_blocked(bench.owner, 2)

    assert Counter(results([*await first, *await second])) == {"created": 2, "unchanged": 1}
    assert sorted(each["value"] for each in await stored(bench.world)) == [0, 7]


async def test_one_that_fails_does_not_stop_the_next(bench: Bench) -> None:
    with pytest.raises(CharacterNotInRepertoireError):
        await bench.send(bench.item(1, "\0"))
    assert results(await bench.send(bench.item(1))) == ["created"]


async def test_later_requests_correct_earlier_ones_of_the_same_group(bench: Bench) -> None:
    async with bench.held() as first:
        rest = [bench.send(bench.item(value)) for value in (7, 7, 0)]
    assert results(await first) == ["created"]
    assert [results(await each) for each in rest] == [["revised"], ["unchanged"], ["revised"]]


async def test_a_group_is_bounded_and_a_large_request_goes_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_ITEMS", 3)
    async with bench.held():
        rest = [bench.send(*[bench.item(at)] * size) for at, size in enumerate((2, 1, 2, 5, 1), 1)]
    assert [len(await each) for each in rest] == [2, 1, 2, 5, 1]
    assert await transactions(bench) == 1 + 4  # (2, 1), (2), (5), (1)


async def test_two_experts_marks_of_the_same_are_never_written_together(bench: Bench) -> None:
    """The order of ids would say that one of them could be read before the other was given."""

    def mark(reporter: int, applicant: str) -> NewSubmission:
        counted = bench.item(reporter)
        return replace(counted, reporter=reporter, kind="expert", applicant=applicant, measure=MARK)

    async with bench.held():
        said = [(71, "C1"), (71, "C2"), (72, "P1"), (72, "C1"), (71, "C1")]
        rest = [bench.send(mark(reporter, applicant)) for reporter, applicant in said]
    assert [results(await each) for each in rest] == [*[["created"]] * 4, ["unchanged"]]
    assert await transactions(bench) == 1 + 2  # up to (72, "P1"); (72, "C1") and nothing of (71, …)


@pytest.mark.parametrize("gone", [0, 1])
async def test_a_client_that_goes_away_takes_nobody_with_it(bench: Bench, gone: int) -> None:
    async with bench.held() as first:
        requests = [first, bench.send(bench.item(1, day=2)), bench.send(bench.item(2, day=3))]
        await asyncio.sleep(0)
        requests[gone].cancel()
    answers = await asyncio.gather(*requests, return_exceptions=True)
    assert [at for at, each in enumerate(answers) if isinstance(each, BaseException)] == [gone]
    assert results(await bench.send(bench.item(3, day=4))) == ["created"]


async def test_rounds_do_not_wait_for_each_other(bench: Bench) -> None:
    world = bench.world
    body = {
        "code": "OTHER",
        "framework": {"code": "small", "version": "1"},
        "title": name("Other"),
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    await world.call("admin", "POST", "/rounds/OTHER/transitions", {"to": "open"})
    async with bench.owner.session() as session:
        other = (await rounds.get(session, "OTHER")).id

    async with bench.held() as first:
        assert results(await bench.intake.record(other, [bench.item(5)])) == ["created"]
        assert not first.done()
    assert results(await first) == ["created"]


async def test_when_the_outcome_is_unknown_the_same_is_safely_sent_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = submissions.record

    async def torn(*arguments: Any) -> list[Receipt]:
        """Commit, and lose the connection before that is known."""
        await record(*arguments)
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(submissions, "record", torn)
        requests = [bench.send(bench.item(at, day=at)) for at in (1, 2)]
        for each in requests:
            with pytest.raises(ConnectionResetError):
                await each

    again = [await bench.send(bench.item(at, day=at)) for at in (1, 2)]

    assert [results(each) for each in again] == [["unchanged"], ["unchanged"]]
    assert [each["id"] for each in await stored(bench.world)] == [each[0].id for each in again]


async def test_nothing_is_kept_of_what_was_written(bench: Bench) -> None:
    await asyncio.gather(*(bench.send(bench.item(at, day=at)) for at in range(1, 11)))
    await asyncio.sleep(0)  # the writer ends after it has answered
    assert not bench.intake._queues
    assert not bench.intake._writers
