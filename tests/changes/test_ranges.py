"""A file in the change log: one row for all that the round has from one submission to another."""

import asyncio

import numpy as np
import pytest
from alembic import command
from sqlalchemy.exc import DBAPIError

from shared.batches import ahead
from shared.changes import consumed_store
from shared.changes import store as changes
from shared.changes.consumed_store import Consumed
from shared.database import Database
from shared.database.migration import configuration
from tests.batches.test_http import push, row
from tests.changes.test_store import INPUT, OTHER, change, consume
from tests.fixtures.ask import execute, one, rows
from tests.fixtures.make import STATIONS, World

LOGGED = "SELECT applicant, submission, last_submission, changes, request_id FROM submission_change"


def file(round_id: int, first: int, last: int, many: int) -> str:
    """Return the statement that logs a file of so many submissions."""
    return f"""
        INSERT INTO submission_change (round, submission, last_submission, changes, request_id)
        VALUES ({round_id}, {first}, {last}, {many}, 'file')
    """  # noqa: S608 -- all of it is ours


def said(round_id: int, submission: int, applicant: str) -> str:
    """Return the statement that appends a submission of this id, and logs nothing."""
    return f"""
        INSERT INTO submission (round, id, applicant, measure, reporter, kind, as_of, revision,
            status, number, request_id)
        VALUES ({round_id}, {submission}, '{applicant}', 'm{submission}', 1, 'source',
            '2026-06-30', 1, 'reported', 1, 'r')
    """  # noqa: S608 -- all of it is ours


@pytest.fixture
async def waiting(round_id: int, owner: Database) -> int:
    """Give a round in which a file of three waits, between two single ones and beside others'."""
    await execute(
        owner,
        "DELETE FROM submission_change",
        *(said(round_id, at, applicant) for at, applicant in ((2, "P1"), (4, "C1"), (5, "C2"))),
        *(said(OTHER, at, "P1") for at in (3, 6)),
        *(said(round_id, at, applicant) for at, applicant in ((7, "C1"), (9, "C2"), (10, "P1"))),
        change(round_id, "P1", 2, "before"),
        file(round_id, 4, 7, 3),
        change(OTHER, "P1", 6, "elsewhere"),
        change(round_id, "C2", 9, "after"),
    )
    return round_id


async def test_a_run_takes_in_each_submission_of_a_file_and_none_beside_it(
    waiting: int, owner: Database, worker_database: Database
) -> None:
    """The tenth of the round is in no row of the log, as if a run had taken it in."""
    last = await one(owner, "SELECT id FROM submission_change WHERE submission = 9")

    found = await consume(worker_database, waiting, 7)

    assert found is not None
    assert found == Consumed(
        applicants=frozenset({"C1", "C2", "P1"}),
        submissions=5,
        others=0,
        request_ids=("before", "file", "after"),
        until=last,
        said=found.said,
    )
    assert found.ids == (2, 4, 5, 7, 9)
    taken = {applicant: ids for _, _, applicant, ids in await rows(owner, INPUT)}
    assert taken == {"C1": [4, 7], "C2": [5, 9], "P1": [2]}
    assert await consume(worker_database, waiting, 8) is None


@pytest.mark.parametrize(("page", "scattered"), [(1, 10), (2, 10), (3, 10), (4, 3), (3, 1)])
async def test_pages_say_together_what_is_said_at_once(
    page: int, scattered: int, waiting: int, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five submissions in four stretches, the second of which has a stranger's within it."""
    await execute(
        owner,
        "ALTER TABLE submission DISABLE TRIGGER USER",
        "UPDATE submission SET number = NULL, codes = ARRAY[applicant, 'x'] WHERE id IN (5, 9)",
        "UPDATE submission SET number = NULL, status = 'withdrawn' WHERE id = 7",
    )
    at_once = await heard(owner, waiting)

    monkeypatch.setattr(consumed_store, "PAGE", page)
    monkeypatch.setattr(consumed_store, "SCATTERED", scattered)

    assert await heard(owner, waiting) == at_once
    assert [each[0] for each in at_once] == [2, 4, 5, 7, 9]


async def heard(owner: Database, round_id: int) -> list[tuple[object, ...]]:
    """Return what a run would take in, row by row, and leave it where it is."""
    async with owner._sessions() as session:
        consumed = await consumed_store.consume(session, round_id)
    assert consumed is not None
    said = consumed.said
    codes = np.full(len(said), "", object)
    codes[np.isneginf(said.number)] = [
        f"{said.codes[at]} of {many}" for at, many in zip(said.first_code, said.many, strict=True)
    ]
    columns = (
        *(said.id, said.kind, said.as_of, said.revision, said.reporter, codes),
        np.array(said.applicants)[said.applicant],
        np.array(said.measures)[said.measure],
        np.array([repr(each) for each in said.number.tolist()]),  # NaN is not equal to itself
    )
    return sorted(zip(*(each.tolist() for each in columns), strict=True))


async def test_whatever_waits_is_counted_and_known_of_a_file(
    waiting: int, database: Database
) -> None:
    async with database.session() as session:
        queue = await changes.queue(session)
        concerned = await changes.waiting(session, waiting)
        pending = [each for each in range(1, 10) if await changes.pending(session, waiting, each)]

    assert queue.changes == 1 + 3 + 1 + 1
    assert concerned == {"C1", "C2", "P1"}
    assert pending == [2, 4, 5, 7, 9]


@pytest.mark.parametrize(
    "wrong",
    [
        "applicant = 'C1'",
        "last_submission = 3",
        "last_submission = NULL",
    ],
)
async def test_a_row_is_of_an_applicant_or_of_a_file(
    wrong: str, waiting: int, owner: Database
) -> None:
    file_of = f"WHERE round = {waiting} AND applicant IS NULL"
    changed = f"UPDATE submission_change SET {wrong} {file_of}"  # noqa: S608

    with pytest.raises(DBAPIError, match="of_one_or_many"):
        await execute(owner, changed)


@pytest.mark.parametrize("few", [0, 1_000])
async def test_a_file_that_is_pushed_is_one_row(
    few: int, world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "FEW", few)
    await execute(owner, "DELETE FROM submission_change")
    answer = await push(world, *(row(each, STATIONS, 5) for each in ("C2", "P1", "C1")))
    ids = sorted(item["id"] for item in answer.json()["items"])

    request = answer.headers["x-request-id"]
    assert await rows(owner, LOGGED) == [(None, ids[0], ids[-1], 3, request)]
    again = await push(world, *(row(each, STATIONS, 5) for each in ("C2", "P1", "C1")))
    assert again.json()["counts"]["unchanged"] == 3
    assert await one(owner, "SELECT count(*) FROM submission_change") == 1


@pytest.mark.parametrize("few", [0, 1_000])
async def test_a_gateway_logs_each_row_until_the_database_is_migrated(
    few: int,
    world: World,
    owner: Database,
    worker_database: Database,
    round_id: int,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And a worker of the same release takes in what it finds there."""
    monkeypatch.setattr(ahead, "FEW", few)
    await execute(owner, "DELETE FROM submission_change")
    await asyncio.to_thread(command.downgrade, configuration(url), "0026")
    answer = await push(world, *(row(each, STATIONS, 5) for each in ("C2", "P1")))
    assert answer.json()["outcome"] == "all_committed"
    assert await one(owner, "SELECT count(applicant) FROM submission_change") == 2
    async with worker_database.session() as session:
        assert (await changes.queue(session)).changes == 2
        assert await changes.waiting(session, round_id) == {"C2", "P1"}

    found = await consume(worker_database, round_id)

    assert found is not None
    assert (found.submissions, found.applicants) == (2, frozenset({"C2", "P1"}))


async def test_a_file_that_waits_has_a_row_each_when_the_step_is_undone(
    waiting: int, owner: Database, url: str
) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0026")

    each = "SELECT applicant, submission FROM submission_change WHERE round = :round ORDER BY id"
    assert await rows(owner, each, round=waiting) == [
        ("P1", 2),
        ("C1", 4),
        ("C2", 5),
        ("C1", 7),
        ("C2", 9),
    ]


async def test_inputs_of_a_file_in_no_order_are_each_applicants_own(
    round_id: int, owner: Database, worker_database: Database
) -> None:
    """Beside an applicant whose submissions follow each other."""
    whose = ["C1", "C2", "C1", "C2", "P1", "P1", "P1", "C1"]
    await execute(
        owner,
        "DELETE FROM submission_change",
        *(said(round_id, at, each) for at, each in enumerate(whose, 4)),
        file(round_id, 4, 11, 8),
    )

    await consume(worker_database, round_id, 7)

    taken = {applicant: ids for _, _, applicant, ids in await rows(owner, INPUT)}
    assert taken == {"C1": [4, 6, 11], "C2": [5, 7], "P1": [8, 9, 10]}
