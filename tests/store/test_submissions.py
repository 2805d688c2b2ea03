"""The one statement that appends submissions, alone and against others."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from shared.domain.actor import Actor
from shared.domain.submission import Reported
from shared.services import rounds as rounds_services
from shared.services import submissions as services
from shared.store import submissions
from shared.store.engine import Sessions
from shared.store.submissions import NewSubmission, Reach, Receipt
from tests.make import GRADE, ROUND, SCENES, STATIONS, World
from tests.store.ask import execute, one, rows, until_blocked

DAY = date(2026, 6, 1)
ADMIN = Actor("tests", "tests")
SLOWLY = (
    """CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END'""",
    "CREATE TRIGGER dawdle BEFORE INSERT ON submission FOR EACH ROW EXECUTE FUNCTION dawdle()",
)


def said(
    value: float | tuple[str, ...] | None = 1.0,
    applicant: str = "C1",
    measure: str = STATIONS,
    as_of: date = DAY,
    reporter: int = 1,
) -> NewSubmission:
    """Return a submission of a source."""
    reported = Reported(codes=value) if isinstance(value, tuple) else Reported(number=value)
    return NewSubmission(
        applicant, measure, reporter, "source", as_of, reported, None, None, request_id="r"
    )


async def record(sessions: Sessions, round_id: int, *items: NewSubmission) -> list[Receipt]:
    """Record *items* with one statement and commit."""
    async with sessions.begin() as session:
        return await submissions.record(session, round_id, items)


async def push(sessions: Sessions, round_id: int, *items: NewSubmission) -> list[Receipt]:
    """Record *items* as the service does and commit."""
    async with sessions.begin() as session:
        return await services.record(session, round_id, items)


def results(receipts: list[Receipt]) -> list[str]:
    """Return what became of each."""
    return [receipt.result for receipt in receipts]


async def stored(owner: Sessions) -> list[tuple[Any, ...]]:
    """Return what is stored: numbers and revisions, oldest first."""
    return await rows(owner, "SELECT number, revision FROM submission ORDER BY id")


async def test_a_value_is_created_then_unchanged_then_revised(
    round_id: int, sessions: Sessions, owner: Sessions
) -> None:
    (first,) = await record(sessions, round_id, said(5))
    (again,) = await record(sessions, round_id, said(5))
    (second,) = await record(sessions, round_id, said(6))
    (back,) = await record(sessions, round_id, said(5))

    assert [first.result, again.result] == ["created", "unchanged"]
    assert again.id == first.id
    assert [second.result, back.result] == ["revised", "revised"]
    assert await stored(owner) == [(5, 1), (6, 2), (5, 3)]


async def test_a_value_taken_back_can_be_said_again(round_id: int, sessions: Sessions) -> None:
    said_back = [said(5), said(None), said(None), said(5)]

    found = [(await record(sessions, round_id, each))[0].result for each in said_back]

    assert found == ["created", "revised", "unchanged", "revised"]


async def test_another_date_or_reporter_is_not_a_revision(
    round_id: int, sessions: Sessions
) -> None:
    found = await record(
        sessions,
        round_id,
        said(5),
        said(5, as_of=date(2026, 6, 2)),
        said(5, reporter=2),
        said(5, applicant="C2"),
        said(5, measure="residents"),
    )

    assert results(found) == ["created"] * 5


async def test_every_item_gets_its_own_receipt_in_order(
    round_id: int, sessions: Sessions, owner: Sessions
) -> None:
    """The answer to a batch is read by position."""
    stands, _ = await record(sessions, round_id, said(5), said(7, "C2"))

    found = await record(
        sessions, round_id, said(1, "C3"), said(8, "C2"), said(5), said(9, "P1"), said(0, "nobody")
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
    round_id: int, sessions: Sessions, owner: Sessions
) -> None:
    found = await push(sessions, round_id, said(1), said(2), said(2), said(1), said(3, "C2"))

    assert results(found) == ["created", "revised", "unchanged", "revised", "created"]
    assert found[2].id == found[1].id
    assert await rows(
        owner, "SELECT number FROM submission WHERE applicant = 'C1' ORDER BY revision"
    ) == [(1,), (2,), (1,)]


@pytest.mark.parametrize("state", ["draft", "closed", "absent"])
async def test_a_round_that_is_not_open_takes_nothing(
    state: str, round_id: int, world: World, sessions: Sessions, owner: Sessions
) -> None:
    if state == "closed":
        await world.transition("closed")
    if state == "draft":
        body = {"code": "next", "framework": {"code": "small", "version": "1"}, "title": "Next"}
        await world.call("admin", "POST", "/rounds", body | {"reference_date": "2027-06-30"})
        round_id = await one(owner, "SELECT id FROM round WHERE code = 'next'")
    if state == "absent":
        round_id += 100

    found = await record(sessions, round_id, said(5), said(5, "nobody"))

    assert results(found) == ["not-open", "unknown-applicant"]
    assert await stored(owner) == []
    assert await one(owner, "SELECT count(*) FROM submission_change WHERE submission > 0") == 0


async def test_each_stored_row_and_no_other_is_logged_as_a_change(
    round_id: int, sessions: Sessions, owner: Sessions
) -> None:
    """The worker learns of a submission in the transaction that makes it, or not at all."""
    logged = "SELECT submission FROM submission_change WHERE submission IS NOT NULL ORDER BY id"

    (first,) = await record(sessions, round_id, said(5))
    await record(sessions, round_id, said(5))
    (second,) = await record(sessions, round_id, said(6))
    async with sessions() as session:
        await submissions.record(session, round_id, [said(7)])
        await session.rollback()

    assert await rows(owner, logged) == [(first.id,), (second.id,)]
    assert await stored(owner) == [(5, 1), (6, 2)]


@pytest.mark.parametrize("ends", ["commit", "rollback"])
async def test_who_comes_second_waits_for_the_first_and_is_told(
    ends: str, round_id: int, sessions: Sessions, owner: Sessions
) -> None:
    """If the first goes through, the second has judged by what no longer stands."""
    async with sessions() as first:
        (receipt,) = await submissions.record(first, round_id, [said(5)])
        second = asyncio.create_task(record(sessions, round_id, said(5), said(9, "C2")))
        await until_blocked(owner)
        await getattr(first, ends)()

    blocked, other = await second
    assert receipt.result == other.result == "created"
    assert blocked.result == ("contended" if ends == "commit" else "created")
    assert await one(owner, "SELECT count(*) FROM submission WHERE applicant = 'C1'") == 1


async def test_the_same_value_from_many_at_once_is_stored_once(
    round_id: int, crowd: Sessions, owner: Sessions
) -> None:
    """A client that lost patience sends again while its first request is still under way."""
    found = await asyncio.gather(*(push(crowd, round_id, said(5)) for _ in range(20)))

    assert Counter(receipt.result for (receipt,) in found) == {"created": 1, "unchanged": 19}
    assert len({receipt.id for (receipt,) in found}) == 1
    assert await stored(owner) == [(5, 1)]


async def test_different_values_from_many_at_once_are_revisions_without_a_gap(
    round_id: int, crowd: Sessions, owner: Sessions
) -> None:
    found = await asyncio.gather(*(push(crowd, round_id, said(n)) for n in range(20)))

    assert Counter(receipt.result for (receipt,) in found) == {"created": 1, "revised": 19}
    kept = await stored(owner)
    assert sorted(revision for _, revision in kept) == list(range(1, 21))
    assert {number for number, _ in kept} == set(range(20))


async def test_batches_of_the_same_rows_in_any_order_do_not_block_each_other(
    round_id: int, crowd: Sessions, owner: Sessions
) -> None:
    """Two transactions that wait for each other's rows would end one of them."""
    await execute(owner, *SLOWLY)
    batch = [said(5, "C1", as_of=DAY - timedelta(n)) for n in range(50)]

    found = await asyncio.gather(
        *(push(crowd, round_id, *batch[::direction]) for direction in (1, -1, 1, -1))
    )

    assert Counter(receipt.result for each in found for receipt in each) == {
        "created": len(batch),
        "unchanged": 3 * len(batch),
    }
    assert len(await stored(owner)) == len(batch)


async def test_a_transition_waits_for_who_is_writing_and_stops_who_comes_after(
    round_id: int, world: World, sessions: Sessions, owner: Sessions
) -> None:
    """Nothing is taken after the moment of closing, and nothing acknowledged is left out."""
    async with sessions.begin() as early:
        await services.record(early, round_id, [said(5)])
        closing = asyncio.create_task(world.transition("closed"))
        await until_blocked(owner)
        late = asyncio.create_task(push(sessions, round_id, said(6, "C2")))
        await until_blocked(owner, 2)

    assert (await closing).json()["state"] == "closed"
    assert results(await late) == ["not-open"]
    assert await stored(owner) == [(5, 1)]


async def test_writers_entries_and_transitions_at_once_come_to_an_end(
    round_id: int, crowd: Sessions, owner: Sessions
) -> None:
    """The locks are taken in one order, whoever takes them."""
    taken = []

    async def write(writer: int) -> None:
        for n in range(10):
            (receipt,) = await push(crowd, round_id, said(n, reporter=writer))
            taken.append(receipt.result)

    async def turn() -> None:
        for n in range(10):
            async with crowd.begin() as session:
                to = "open" if n % 2 else "closed"
                await rounds_services.transition(session, ADMIN, ROUND, to, None)

    async def enter() -> None:
        for n in range(10):
            async with crowd.begin() as session:
                state = "accepted" if n % 2 else "withdrawn"
                await rounds_services.enter(session, ADMIN, ROUND, "C1", state)

    async with asyncio.timeout(20):
        await asyncio.gather(*(write(writer) for writer in range(12)), turn(), enter(), enter())

    counted = Counter(taken)
    assert counted.keys() <= {"created", "revised", "not-open"}
    assert len(await stored(owner)) == 120 - counted["not-open"]


async def test_an_empty_set_of_codes_is_a_value(round_id: int, sessions: Sessions) -> None:
    """An applicant with no scenario at all has reported; one that withdrew has not."""
    found = [
        (await record(sessions, round_id, said(codes, measure=SCENES)))[0].result
        for codes in ((), (), None, ("S1",), ("S1", "S2"), ("S1", "S2"), ())
    ]

    assert found == [
        *("created", "unchanged", "revised", "revised", "revised", "unchanged"),
        "revised",
    ]


async def test_codes_are_told_apart_byte_by_byte(
    round_id: int, sessions: Sessions, owner: Sessions
) -> None:
    """No order and no equality depends on the language that a server was set up for."""
    spellings = ["a", "B", "b", "\u00e9", "e\u0301", "Z", "_", "10", "9"]

    found = [
        (await record(sessions, round_id, said((code,), measure=GRADE)))[0].result
        for code in spellings
    ]

    assert found == ["created", *["revised"] * (len(spellings) - 1)]
    assert [
        code for (code,) in await rows(owner, "SELECT codes[1] FROM submission ORDER BY codes[1]")
    ] == sorted(spellings, key=str.encode)


async def test_a_number_comes_back_to_the_last_bit(round_id: int, sessions: Sessions) -> None:
    numbers = [0.1, 1e308, 5e-324, 123456789012345.0, 0.000123456789012345, -1.5]
    await push(sessions, round_id, *(said(number) for number in numbers))

    async with sessions() as session:
        # Reporter 1 is there: the fixture made a key for each role.
        found = await submissions.page(session, round_id, 0, 10, Reach())

    assert [float.hex(each.reported.number or 0) for each in found] == [
        number.hex() for number in numbers
    ]


async def test_no_text_with_a_nul_reaches_the_database(world: World, owner: Sessions) -> None:
    """PostgreSQL cannot store it; to find out there would be a fault instead of a refusal."""
    body = {"applicant": "C1", "measure": GRADE, "value": "A", "as_of": "2026-06-01"}
    for field in ("applicant", "measure", "value", "reference", "comment"):
        answer = await world.call(
            "portal", "POST", f"/rounds/{ROUND}/submissions", body | {field: "A\x00"}
        )

        assert 400 <= answer.status_code < 500, field
    assert await stored(owner) == []
