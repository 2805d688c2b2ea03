"""The change log: what waits, what a run takes in, what is set aside."""

import asyncio
from datetime import timedelta

import pytest

from shared.changes import consumed_store
from shared.changes import store as changes
from shared.changes.consumed_store import TRACED, Consumed
from shared.database import Database, Session
from shared.runs import input_store as inputs
from tests.fixtures.ask import execute, one, rows, until_blocked

OTHER = 1_000_000
LONGEST = timedelta(minutes=5)
INPUT = "SELECT round, run, applicant, submissions FROM run_input ORDER BY run, applicant"


@pytest.fixture
async def quiet(round_id: int, owner: Database) -> int:
    """Give the round without the changes that its entries left."""
    await execute(owner, "DELETE FROM submission_change")
    return round_id


def change(round_id: int, applicant: str, submission: int | None, request: str = "r") -> str:
    """Return the statement that logs a change, and appends its submission if there is none yet."""
    return f"""
        WITH said AS (
            INSERT INTO submission (round, id, applicant, measure, reporter, kind, as_of, revision,
                status, number, request_id)
            SELECT {round_id}, id, '{applicant}', 'm' || id, 1, 'source', DATE '2026-06-30', 1,
                'reported', 1, 'r'
            FROM unnest(CAST(ARRAY[{submission or ""}] AS bigint[])) AS id ON CONFLICT DO NOTHING
        )
        INSERT INTO submission_change (round, applicant, submission, request_id)
        VALUES ({round_id}, '{applicant}', {submission or "NULL"}, '{request}')
    """  # noqa: S608 -- all of it is ours


async def consume(worker_database: Database, round_id: int, run: int = 1) -> Consumed | None:
    """Take what waits as the input of *run*, and commit."""
    async with worker_database.session() as session:
        return await take(session, round_id, run)


async def take(session: Session, round_id: int, run: int) -> Consumed | None:
    """Take what waits as the input of *run*."""
    consumed = await consumed_store.consume(session, round_id)
    if consumed is not None:
        await inputs.append(session, round_id, run, consumed.said)
    return consumed


async def test_a_run_takes_in_all_that_waits_and_says_what_it_was(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    await execute(
        owner,
        change(quiet, "C2", 9, "second"),
        change(quiet, "C1", 4, "third"),
        change(quiet, "C2", 3, "second"),
        change(quiet, "P1", None, "first"),
        change(OTHER, "C1", 8, "elsewhere"),
    )

    last = await one(owner, "SELECT id FROM submission_change WHERE submission = 3")
    found = await consume(worker_database, quiet, 7)

    assert found is not None
    assert found == Consumed(
        applicants=frozenset({"C1", "C2", "P1"}),
        submissions=3,
        others=1,
        request_ids=("first", "second", "third"),
        until=last,
        said=found.said,
    )
    assert found.ids == (3, 4, 9)
    assert await rows(owner, INPUT) == [(quiet, 7, "C1", [4]), (quiet, 7, "C2", [3, 9])]
    assert await rows(owner, "SELECT round FROM submission_change") == [(OTHER,)]
    assert await consume(worker_database, quiet, 8) is None


async def test_a_burst_names_the_requests_that_came_first(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    requests = [f"request-{n % 140}" for n in range(200)]
    await execute(owner, *(change(quiet, "C1", n + 1, each) for n, each in enumerate(requests)))

    found = await consume(worker_database, quiet)

    assert found is not None
    assert (found.submissions, found.request_ids) == (200, tuple(requests[:TRACED]))


async def test_what_a_failed_run_had_taken_waits_again(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    await execute(owner, change(quiet, "C1", 4))
    async with worker_database._sessions() as session:
        await take(session, quiet, 1)
        await session.rollback()

    assert await rows(owner, INPUT) == []
    assert await consume(worker_database, quiet) is not None


async def test_a_change_that_commits_late_is_not_passed_over(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    """Numbers are given out before the commit: the lower one may come last."""
    async with owner.session() as late:
        await changes.add(late, quiet, ["C1"], "early number, late commit")
        await execute(owner, change(quiet, "C2", None))
        first = await consume(worker_database, quiet, 1)
    second = await consume(worker_database, quiet, 2)

    assert first is not None
    assert second is not None
    assert [set(each.applicants) for each in (first, second)] == [{"C2"}, {"C1"}]


@pytest.mark.parametrize("ends", ["commit", "rollback"])
async def test_two_that_consume_at_once_take_each_change_once(
    ends: str, quiet: int, owner: Database, worker_database: Database
) -> None:
    """The lock of a run keeps them apart; the log would by itself."""
    await execute(owner, change(quiet, "C1", 4))
    async with worker_database.session() as first:
        assert await take(first, quiet, 1) is not None
        second = asyncio.create_task(consume(worker_database, quiet, 2))
        await until_blocked(owner)
        await getattr(first, ends)()

    taken = await second
    assert (taken is None) == (ends == "commit")
    assert await rows(owner, INPUT) == [(quiet, 1 if ends == "commit" else 2, "C1", [4])]


async def test_the_round_that_waits_longest_comes_first(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    more_rounds = """
        INSERT INTO round (code, framework, title, reference_date)
        SELECT n::text, framework, title, reference_date FROM round, generate_series(1, 3) AS n
    """
    await execute(owner, more_rounds)
    others = await rows(owner, "SELECT id FROM round WHERE id <> :quiet ORDER BY id", quiet=quiet)
    (_idle,), (second,), (third,) = others
    await execute(owner, *(change(each, "C1", 4) for each in (third, second, quiet, third)))

    async with worker_database._sessions() as session:
        assert list(await changes.waiting_rounds(session)) == [third, second, quiet]


async def test_a_round_that_is_set_aside_does_not_wait_until_its_time_comes(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    await execute(owner, change(quiet, "C1", 4))

    async def waiting() -> list[int]:
        async with worker_database._sessions() as session:
            return list(await changes.waiting_rounds(session))

    async with worker_database.session() as session:
        failure = await changes.set_aside(session, quiet, "ValueError", LONGEST)
    aside = await waiting()
    await execute(owner, "UPDATE round_failure SET retry_at = now()")
    retried = await waiting()
    async with worker_database.session() as session:
        assert (await changes.failure(session, quiet)) is not None
        await changes.readmit(session, quiet)

    assert (failure.attempts, failure.error) == (1, "ValueError")
    assert (aside, retried) == ([], [quiet])
    async with worker_database._sessions() as session:
        assert await changes.failure(session, quiet) is None


async def test_a_round_that_failed_before_the_clock_was_set_back_is_tried_at_once(
    quiet: int, worker_database: Database, owner: Database
) -> None:
    await execute(owner, change(quiet, "C1", 4))
    async with worker_database.session() as session:
        await changes.set_aside(session, quiet, "ValueError", LONGEST)
    back = """
        UPDATE round_failure
        SET failed_at = failed_at + interval '1 day', retry_at = retry_at + interval '1 day'
    """
    await execute(owner, back)

    async with worker_database.session() as session:
        assert list(await changes.waiting_rounds(session)) == [quiet]


async def test_a_round_that_fails_again_waits_twice_as_long_up_to_a_limit(
    quiet: int, worker_database: Database
) -> None:
    waits, errors = [], []
    for attempt in range(1, 40):
        async with worker_database.session() as session:
            failure = await changes.set_aside(session, quiet, f"failure {attempt}", LONGEST)
        assert failure.attempts == attempt
        waits.append((failure.retry_at - failure.failed_at).total_seconds())
        errors.append(failure.error)

    assert waits == [min(2.0**n, 300.0) for n in range(39)]
    assert errors[-1] == "failure 39"


async def test_only_who_takes_part_is_asked_to_be_scored_anew(
    quiet: int, owner: Database, database: Database, worker_database: Database
) -> None:
    await execute(owner, "UPDATE entry SET state = 'withdrawn' WHERE applicant = 'C2'")

    async with database.session() as session:
        asked = await changes.add_cohort(session, quiet, "again")
        nobody = await changes.add_cohort(session, OTHER, "again")

    found = await consume(worker_database, quiet)
    assert (asked, nobody) == (2, 0)
    assert found is not None
    assert found == Consumed(frozenset({"C1", "P1"}), 0, 2, ("again",), 0, said=found.said)
    assert (len(found.said), found.ids) == (0, ())


async def test_a_run_does_not_remember_which_submissions_many_are(
    quiet: int, owner: Database, worker_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumed_store, "FEW", 2)
    for run, ids in (1, (3, 4)), (2, (5, 6, 7)):
        await execute(owner, *(change(quiet, "C1", each, "many") for each in ids))
        found = await consume(worker_database, quiet, run)
        assert found is not None
        assert (found.submissions, found.ids) == (len(ids), ids if run == 1 else ())


async def test_a_submission_is_pending_until_a_run_has_taken_it_in(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    """One of another round is not, nor is what was never said."""

    async def pending() -> list[int]:
        async with worker_database._sessions() as session:
            return [each for each in range(3, 9) if await changes.pending(session, quiet, each)]

    await execute(owner, change(quiet, "P1", None), change(quiet, "C1", 4), change(OTHER, "C1", 5))
    await execute(owner, change(quiet, "C1", 6))
    assert await pending() == [4, 6]
    await consume(worker_database, quiet)
    assert await pending() == []
    await execute(owner, change(quiet, "C1", 8))
    assert await pending() == [8]


async def test_the_queue_is_as_long_and_as_old_as_what_waits(
    quiet: int, owner: Database, worker_database: Database
) -> None:
    async with worker_database._sessions() as session:
        assert await changes.queue(session) == changes.Queue(0, 0.0)

    await execute(
        owner,
        change(quiet, "C1", 4),
        "UPDATE submission_change SET recorded_at = now() - interval '1 hour'",
        change(OTHER, "C1", 5),
    )

    async with worker_database._sessions() as session:
        found = await changes.queue(session)
    assert found.changes == 2
    assert 3600 <= found.oldest_seconds < 3700
    assert await one(owner, "SELECT count(*) FROM submission_change") == 2
