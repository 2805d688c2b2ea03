"""Ties and marks at the same moment, and what is taken back."""

import asyncio
from datetime import date

import pytest
from msgspec.structs import replace

from shared.conflicts import service as services
from shared.conflicts import store as conflicts
from shared.conflicts.service import Declaration
from shared.conflicts.store import Tie
from shared.core.principal import Actor
from shared.database import Database
from shared.database.database import driver_of
from shared.panels import store as marks
from shared.rounds import store as rounds
from shared.submissions import store as submissions
from shared.submissions.store import NewSubmission
from tests.fixtures.ask import execute, one, rows, until_blocked
from tests.fixtures.make import MARK, ROUND, World
from tests.submissions.saying import DAY, push, record, results, said

ACTOR = Actor("admin", "tests")
DECLARED = Declaration("expert", "C1", "declared", "cousins")
OTHER = 77
LATER = date(2026, 6, 2)


@pytest.fixture
async def expert(round_id: int, owner: Database) -> int:  # noqa: ARG001 -- it makes a key for each role
    """Give the id of the expert."""
    async with owner._sessions() as session:
        return await conflicts.expert(session, "expert")


def marked(
    expert: int, value: float | None, applicant: str = "C1", measure: str = MARK, day: date = DAY
) -> NewSubmission:
    """Return a mark."""
    return replace(said(value, applicant, measure, day, expert), kind="expert")


async def declare(database: Database, state: str = "declared", applicant: str = "C1") -> Tie:
    """Declare or lift a tie of the expert, and commit."""
    async with database.session() as session:
        return await services.put(
            session,
            ACTOR,
            ROUND,
            Declaration("expert", applicant, state, "cousins"),
            may_correct=True,
        )


async def test_only_the_tied_expert_s_own_items_are_not_taken(
    round_id: int, expert: int, database: Database
) -> None:
    await declare(database)

    found = await record(
        database,
        round_id,
        marked(expert, 5),
        marked(expert, 5, "C2"),
        marked(OTHER, 5),
        said(5, reporter=1),
        marked(expert, 5, "nobody"),
    )

    assert results(found) == [
        *("conflict-of-interest", "created", "created", "created", "unknown-applicant")
    ]
    assert found[0].id is None


async def test_not_even_what_stands_is_said_again(
    round_id: int, expert: int, database: Database
) -> None:
    """A withdrawal that equals the one that stands is a refusal too, and names no submission."""
    await record(database, round_id, marked(expert, 5))
    await declare(database)

    (again,) = await record(database, round_id, marked(expert, None))

    assert (again.result, again.id) == ("conflict-of-interest", None)


async def test_a_closed_round_takes_nothing_whoever_is_tied(
    round_id: int, expert: int, database: Database, world: World
) -> None:
    await declare(database)
    await world.transition("closed")

    assert results(await record(database, round_id, marked(expert, 5))) == ["not-open"]


async def test_a_tie_of_another_round_and_one_that_was_lifted_do_not_count(
    round_id: int, expert: int, database: Database
) -> None:
    async with database.session() as session:
        await conflicts.put(session, round_id + 1, expert, "C1", "declared", "x")
        await conflicts.put(session, round_id, expert, "C1", "lifted", "x")

    assert results(await record(database, round_id, marked(expert, 5))) == ["created"]


async def test_what_stands_is_taken_back_and_nothing_else(
    round_id: int, expert: int, database: Database, owner: Database
) -> None:
    """Of every measure and date, with a change-log row each; once."""
    await record(database, round_id, marked(expert, 5))
    await record(
        database,
        round_id,
        marked(expert, 6),
        marked(expert, 7, day=LATER),
        marked(expert, 8, measure="plan"),
        marked(expert, 9, measure="gone"),
        marked(expert, 1, "C2"),
        marked(OTHER, 2),
    )
    await record(database, round_id, marked(expert, None, measure="gone"))
    await execute(owner, "DELETE FROM submission_change")

    async with database.session() as session:
        await rounds.hold_alone(session, round_id)
        counts = [await marks.take_back(session, round_id, expert, "C1", "tests") for _ in range(2)]

    assert counts == [3, 0]
    assert await rows(
        owner,
        "SELECT measure, as_of, revision, reporter, kind, number, request_id FROM submission"
        " JOIN (SELECT round, applicant, submission AS id, request_id FROM submission_change)"
        " AS change USING (round, applicant, id, request_id)"
        " WHERE status = 'withdrawn' AND comment IS NULL AND request_id = 'tests'"
        " ORDER BY measure, as_of",
    ) == [
        ("plan", DAY, 2, expert, "expert", None, "tests"),
        (MARK, DAY, 3, expert, "expert", None, "tests"),
        (MARK, LATER, 2, expert, "expert", None, "tests"),
    ]
    assert await one(owner, "SELECT count(*) FROM submission_change") == 3


async def test_a_declaration_waits_for_a_mark_under_way_and_takes_it_back(
    round_id: int, expert: int, database: Database, crowd: Database, owner: Database
) -> None:
    async with database.session() as session:
        driver = await driver_of(session)
        (mark,) = await submissions.record(driver, round_id, [marked(expert, 5)])
        declaring = asyncio.create_task(declare(crowd))
        await until_blocked(owner)

    assert (await declaring).state == "declared"
    assert mark.result == "created"
    assert await rows(owner, "SELECT status FROM submission ORDER BY id") == [
        ("reported",),
        ("withdrawn",),
    ]


async def test_a_mark_waits_for_a_declaration_under_way_and_is_not_taken(
    round_id: int, expert: int, database: Database, crowd: Database, owner: Database
) -> None:
    async with database.session() as session:
        await services.put(session, ACTOR, ROUND, DECLARED, may_correct=True)
        marking = asyncio.create_task(record(crowd, round_id, marked(expert, 5)))
        await until_blocked(owner)

    assert results(await marking) == ["conflict-of-interest"]
    assert await one(owner, "SELECT count(*) FROM submission") == 0


async def test_declarations_and_marks_at_once_leave_no_mark_of_who_is_tied(
    round_id: int, expert: int, crowd: Database, owner: Database
) -> None:
    """Whoever comes first: no mark stands in the end, and each tie is one event."""
    await asyncio.gather(
        *(push(crowd, round_id, marked(expert, value)) for value in range(8)),
        *(declare(crowd) for _ in range(4)),
        *(push(crowd, round_id, marked(expert, value)) for value in range(8)),
    )

    last = "SELECT status FROM submission ORDER BY revision DESC LIMIT 1"
    assert await rows(owner, last) in ([], [("withdrawn",)])
    declared = "SELECT count(*) FROM audit_event WHERE action = 'conflict.declared'"
    assert await one(owner, declared) == 1
    revisions = await rows(owner, "SELECT revision FROM submission ORDER BY revision")
    assert revisions == [(each,) for each in range(1, len(revisions) + 1)]


async def test_a_declaration_that_is_undone_leaves_the_marks(
    round_id: int, expert: int, database: Database, owner: Database
) -> None:
    await record(database, round_id, marked(expert, 5))

    async with database._sessions() as session:
        await services.put(session, ACTOR, ROUND, DECLARED, may_correct=True)
        await session.rollback()

    assert await one(owner, "SELECT count(*) FROM conflict") == 0
    assert await rows(owner, "SELECT status FROM submission") == [("reported",)]
