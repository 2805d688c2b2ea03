"""The one statement that appends submissions."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from msgspec.structs import replace
from sqlalchemy import text

from shared.database import Database, Driver
from shared.database.database import driver_of
from shared.database.migration import configuration
from shared.submissions import list_store, recording
from shared.submissions import store as submissions
from shared.submissions.list_store import Asked, Reach
from shared.submissions.store import NewSubmission, Receipt
from tests.fixtures.ask import one, rows
from tests.fixtures.make import GRADE, MARK, ROUND, SCENES, World
from tests.submissions.saying import push, record, results, said, stored


async def test_a_value_is_created_then_unchanged_then_revised(
    round_id: int, database: Database, owner: Database
) -> None:
    (first,) = await record(database, round_id, said(5))
    (again,) = await record(database, round_id, said(5))
    (second,) = await record(database, round_id, said(6))
    (back,) = await record(database, round_id, said(5))

    assert [first.result, again.result] == ["created", "unchanged"]
    assert again.id == first.id
    assert [second.result, back.result] == ["revised", "revised"]
    assert await stored(owner) == [(5, 1), (6, 2), (5, 3)]


async def test_a_value_taken_back_can_be_said_again(round_id: int, database: Database) -> None:
    said_back = [said(5), said(None), said(None), said(5)]

    found = [(await record(database, round_id, each))[0].result for each in said_back]

    assert found == ["created", "revised", "unchanged", "revised"]


async def test_another_date_or_reporter_is_not_a_revision(
    round_id: int, database: Database
) -> None:
    found = await record(
        database,
        round_id,
        said(5),
        said(5, as_of=date(2026, 6, 2)),
        said(5, reporter=2),
        said(5, applicant="C2"),
        said(5, measure="residents"),
    )

    assert results(found) == ["created"] * 5


async def test_every_item_gets_its_own_receipt_in_order(
    round_id: int, database: Database, owner: Database
) -> None:
    """The answer to a batch is read by position."""
    stands, _ = await record(database, round_id, said(5), said(7, "C2"))

    found = await record(
        database, round_id, said(1, "C3"), said(8, "C2"), said(5), said(9, "P1"), said(0, "nobody")
    )

    assert results(found) == [
        *("unknown-applicant", "revised", "unchanged", "created", "unknown-applicant"),
    ]
    assert found[2].id == stands.id
    ids = {found[1].id: ("C2", 8), found[3].id: ("P1", 9)}
    assert ids == {
        each: (applicant, number)
        for each, applicant, number in await rows(
            owner, "SELECT id, applicant, number FROM submission WHERE number IN (8, 9)"
        )
    }


async def test_items_of_one_key_correct_each_other_in_turn(
    round_id: int, database: Database, owner: Database
) -> None:
    found = await push(database, round_id, said(1), said(2), said(2), said(1), said(3, "C2"))

    assert results(found) == ["created", "revised", "unchanged", "revised", "created"]
    assert found[2].id == found[1].id
    assert await rows(
        owner, "SELECT number FROM submission WHERE applicant = 'C1' ORDER BY revision"
    ) == [(1,), (2,), (1,)]


@pytest.mark.parametrize("state", ["draft", "closed", "absent"])
async def test_a_round_that_is_not_open_takes_nothing(
    state: str, round_id: int, world: World, database: Database, owner: Database
) -> None:
    if state == "closed":
        await world.transition("closed")
    if state == "draft":
        body = {"code": "next", "framework": {"code": "small", "version": "1"}, "title": "Next"}
        await world.call("admin", "POST", "/rounds", body | {"reference_date": "2027-06-30"})
        round_id = await one(owner, "SELECT id FROM round WHERE code = 'next'")
    if state == "absent":
        round_id += 100

    found = await record(database, round_id, said(5), said(5, "nobody"))

    assert results(found) == ["not-open", "unknown-applicant"]
    assert await stored(owner) == []
    assert await one(owner, "SELECT count(*) FROM submission_change WHERE submission > 0") == 0


async def test_each_stored_row_and_no_other_is_logged_as_a_change(
    round_id: int, database: Database, owner: Database
) -> None:
    """The worker learns of a submission in the transaction that makes it, or not at all."""
    logged = "SELECT submission FROM submission_change WHERE submission IS NOT NULL ORDER BY id"

    (first,) = await record(database, round_id, said(5))
    await record(database, round_id, said(5))
    (second,) = await record(database, round_id, said(6))
    async with database._sessions() as session:
        await submissions.record(await driver_of(session), round_id, [said(7)])
        await session.rollback()

    assert await rows(owner, logged) == [(first.id,), (second.id,)]
    assert await stored(owner) == [(5, 1), (6, 2)]


async def test_an_empty_set_of_codes_is_a_value(round_id: int, database: Database) -> None:
    """An applicant with no scenario at all has reported; one that withdrew has not."""
    found = [
        (await record(database, round_id, said(codes, measure=SCENES)))[0].result
        for codes in ((), (), None, ("S1",), ("S1", "S2"), ("S1", "S2"), ())
    ]

    assert found == [
        *("created", "unchanged", "revised", "revised", "revised", "unchanged"),
        "revised",
    ]


async def test_codes_are_told_apart_byte_by_byte(
    round_id: int, database: Database, owner: Database
) -> None:
    """No order and no equality depends on the language that a server was set up for."""
    spellings = ["a", "B", "b", "\u00e9", "e\u0301", "Z", "_", "10", "9"]

    found = [
        (await record(database, round_id, said((code,), measure=GRADE)))[0].result
        for code in spellings
    ]

    assert found == ["created", *["revised"] * (len(spellings) - 1)]
    assert [
        code for (code,) in await rows(owner, "SELECT codes[1] FROM submission ORDER BY codes[1]")
    ] == sorted(spellings, key=str.encode)


async def test_a_number_comes_back_to_the_last_bit(round_id: int, database: Database) -> None:
    numbers = [0.1, 1e308, 5e-324, 123456789012345.0, 0.000123456789012345, -1.5]
    await push(database, round_id, *(said(number) for number in numbers))

    async with database._sessions() as session:
        # ReporterKind 1 is there: the fixture made a key for each role.
        found = await list_store.page(session, round_id, 0, 10, Asked(Reach()))

    assert [float.hex(each.reported.number or 0) for each in found] == [
        number.hex() for number in numbers
    ]


async def test_no_text_with_a_nul_reaches_the_database(world: World, owner: Database) -> None:
    """PostgreSQL cannot store it; to find out there would be a fault instead of a refusal."""
    body = {"applicant": "C1", "measure": GRADE, "value": "A", "as_of": "2026-06-01"}
    for field in ("applicant", "measure", "value", "reference", "comment"):
        answer = await world.call(
            "portal", "POST", f"/rounds/{ROUND}/submissions", body | {field: "A\x00"}
        )

        assert 400 <= answer.status_code < 500, field
    assert await stored(owner) == []


async def test_however_small_the_tables_were_each_row_is_found_by_an_index(
    round_id: int, crowd: Database, owner: Database
) -> None:
    """A plan is kept for long, and a round grows within minutes from nothing to all its values.

    On a connection that has done nothing else: what it counts is not the statement's alone.
    """
    async with owner._sessions() as session:
        await session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        await session.execute(text("VACUUM ANALYZE"))

    async with crowd.driver() as driver, driver.transaction():
        items = [said(5), replace(said(5, measure=MARK), kind="expert")]
        await submissions.record(driver, round_id, items)
        swept = await driver.fetch(
            "SELECT relname FROM pg_stat_xact_user_tables WHERE seq_scan > 0"
        )

    assert swept == []


async def test_a_large_batch_is_several_statements_and_one_transaction(
    round_id: int, database: Database, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver writes and reads each in one piece, and others would wait for it."""
    monkeypatch.setattr(recording, "MOST_AT_ONCE", 3)
    sizes = []
    append = submissions._append

    async def noted(
        driver: Driver, of: int, items: Sequence[NewSubmission], text: str
    ) -> Sequence[Any]:
        sizes.append(len(items))
        return await append(driver, of, items, text)

    monkeypatch.setattr(submissions, "_append", noted)
    items = [said(at, code) for at in range(2) for code in ("C1", "C2", "P1", "X1")]

    receipts = await push(database, round_id, *items)

    assert sizes == [3, 1, 3, 1]
    expected = ["created"] * 3 + ["unknown-applicant"] + ["revised"] * 3 + ["unknown-applicant"]
    assert results(receipts) == expected
    assert await one(owner, "SELECT count(DISTINCT xmin::text) FROM submission") == 1


ODD = ('"', "\\", 'a "b\\" c', "", "NULL", "{a,(b)}", " x ", "一\n\t二", "\\N", ",", "''")


async def test_a_text_comes_back_as_it_was_said_whatever_stands_in_it(
    round_id: int, database: Database, owner: Database
) -> None:
    moment = datetime(2026, 6, 30, 8, tzinfo=UTC)
    items = [
        replace(said(at, measure=f"m{at}"), reference=text, comment=text, request_id=text or "r")
        for at, text in enumerate(ODD)
    ]
    items.append(replace(said(("S01", "S02"), measure=SCENES), reported_at=moment, obs_status="A"))

    receipts = await record(database, round_id, *items)

    assert results(receipts) == ["created"] * len(items)
    stored = await rows(
        owner, "SELECT reference, comment, request_id FROM submission WHERE codes IS NULL"
    )
    assert sorted(stored) == sorted((text, text, text or "r") for text in ODD)
    assert await rows(
        owner, "SELECT codes, reported_at, obs_status FROM submission WHERE codes IS NOT NULL"
    ) == [(["S01", "S02"], moment, "A")]


async def _by_columns(database: Database, round_id: int, *items: NewSubmission) -> list[Receipt]:
    async with database.driver() as driver:
        found = await submissions._append_columns(driver, round_id, items)
    return [Receipt(*row) for row in found]


async def test_a_release_before_and_a_database_before_are_served_alike(
    round_id: int, database: Database, url: str
) -> None:
    """A gateway of before hands over columns; ours does to a database without the type."""
    items = [replace(said(5), comment="a"), replace(said(6, "C2"), expected_revision=0)]

    before = await _by_columns(database, round_id, *items)
    again = await record(database, round_id, *items)
    await asyncio.to_thread(command.downgrade, configuration(url), "0022")
    after = await record(database, round_id, *items, said(7, "P1"))

    assert results(before) == ["created", "created"]
    assert results(again) == ["unchanged", "unchanged"]
    assert results(after) == ["unchanged", "unchanged", "created"]
    assert [each.id for each in before] == [each.id for each in again]
    assert [each.id for each in after[:2]] == [each.id for each in before]
