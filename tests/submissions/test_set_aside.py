"""What does not count is set aside: implausible numbers until confirmed, late ones for good."""

from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import text

from shared.database import Database
from shared.submissions.store import NewSubmission, Receipt
from tests.fixtures.ask import one, rows
from tests.submissions.saying import DAY, record, said, stored

JUDGE = """
    SELECT result, standing_id, standing_number, revision, set_aside, aside_id, entered, before
    FROM judge_submissions(:round, ARRAY[:applicant], ARRAY[:measure], ARRAY[1::bigint],
        ARRAY['source'], ARRAY[CAST(:day AS date)], ARRAY['reported'],
        ARRAY[CAST(:number AS float8)], ARRAY[NULL::text], ARRAY[NULL::integer],
        ARRAY[NULL::timestamptz], ARRAY[NULL::text],
        ARRAY[NULL::text], ARRAY[CAST(:factor AS float8)], ARRAY[NULL::bigint])
"""
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def within(value: float | None, factor: float = 3.0, **more: Any) -> NewSubmission:
    """Return a count that may be so many times the one before it, or be part of it."""
    return replace(said(value), factor=factor, **more)


def at(value: float | None, hour: int, **more: Any) -> NewSubmission:
    """Return a count that its source said at an hour of the day."""
    return replace(said(value), reported_at=NOON.replace(hour=hour), **more)


async def outcome(database: Database, round_id: int, item: NewSubmission) -> tuple[str, str | None]:
    """Record *item*; return what became of it and why it is set aside."""
    (receipt,) = await record(database, round_id, item)
    return receipt.result, receipt.set_aside


async def aside(owner: Database) -> list[tuple[Any, ...]]:
    """Return what was set aside: numbers and reasons, oldest first."""
    return await rows(owner, "SELECT number, set_aside FROM submission_aside ORDER BY id")


async def test_a_change_beyond_the_factor_is_set_aside_and_what_stood_goes_on_standing(
    round_id: int, database: Database, owner: Database
) -> None:
    found = [await outcome(database, round_id, within(value)) for value in (700, 2100, 6301, 699)]

    assert found == [
        ("created", None),
        ("revised", None),
        ("revised", "implausible-change"),
        ("revised", "implausible-change"),
    ]
    assert await stored(owner) == [(700, 1), (2100, 2)]
    assert await aside(owner) == [(6301, "implausible-change"), (699, "implausible-change")]
    logged = "SELECT count(*) FROM submission_change WHERE submission IS NOT NULL"
    assert await one(owner, logged) == 2


async def test_a_number_is_compared_with_the_one_of_the_latest_date_before(
    round_id: int, database: Database
) -> None:
    await record(database, round_id, said(700), said(90, as_of=date(2026, 6, 20)))

    found = [
        await outcome(database, round_id, within(2000, as_of=date(2026, 6, day)))
        for day in (10, 25)
    ]
    earlier = await outcome(database, round_id, within(9, as_of=date(2026, 5, 1)))

    assert found == [("created", None), ("created", "implausible-change")]
    assert earlier == ("created", None)


async def test_nothing_is_beyond_a_zero_or_a_withdrawal_but_a_fall_to_zero_is(
    round_id: int, database: Database
) -> None:
    said_in_turn = (0, 700, 0, None, 9, 1e308, 0.0)

    found = [(await outcome(database, round_id, within(each)))[1] for each in said_in_turn]

    late = "implausible-change"
    assert found == [None, None, late, None, None, late, late]


async def test_the_same_again_is_set_aside_once(
    round_id: int, database: Database, owner: Database
) -> None:
    await record(database, round_id, within(700))
    (first,) = await record(database, round_id, within(9000))
    (again,) = await record(database, round_id, within(9000))

    assert again == replace(first, result="unchanged")
    assert await aside(owner) == [(9000, "implausible-change")]
    assert await outcome(database, round_id, within(700)) == ("unchanged", None)


async def test_what_speaks_against_a_number_by_itself_sets_it_aside(
    round_id: int, database: Database, owner: Database
) -> None:
    doubted = replace(said(1e11), doubt="above-plausible")

    assert await outcome(database, round_id, doubted) == ("created", "above-plausible")
    assert await stored(owner) == []


async def test_a_number_that_was_set_aside_counts_once_it_is_confirmed(
    round_id: int, database: Database, owner: Database
) -> None:
    await record(database, round_id, within(700))
    (held,) = await record(database, round_id, within(9000))
    (confirmed,) = await record(database, round_id, within(9000, confirmed_by=1))
    again = await outcome(database, round_id, within(9000, confirmed_by=1))

    assert (confirmed.result, confirmed.set_aside, again) == ("revised", None, ("unchanged", None))
    assert await stored(owner) == [(700, 1), (9000, 2)]
    assert await one(owner, "SELECT confirmed_by FROM submission WHERE number = 9000") == 1
    ((actor, subject, detail),) = await rows(
        owner,
        "SELECT actor, subject, detail FROM audit_event WHERE action = 'submission.confirmed'",
    )
    assert (actor, subject) == (
        await one(owner, "SELECT name FROM reporter WHERE id = 1"),
        str(confirmed.id),
    )
    assert (detail["held"], detail["before"], detail["after"]) == (held.id, 700, 9000)


async def test_nobody_confirms_what_was_not_set_aside_or_was_overtaken(
    round_id: int, database: Database
) -> None:
    """Else whoever always says that a number holds would never be asked."""
    sure = {"confirmed_by": 1}
    found = [
        await outcome(database, round_id, each)
        for each in (
            within(700, **sure),
            within(9000, **sure),
            within(8000, **sure),
            within(9000, **sure),
            within(710),
            within(9000, **sure),
            within(9000, **sure),
        )
    ]

    late = "implausible-change"
    assert [why for _, why in found] == [None, late, late, late, None, late, None]


async def test_what_its_source_said_before_what_stands_is_kept_and_does_not_count(
    round_id: int, database: Database, owner: Database
) -> None:
    (first,) = await record(database, round_id, at(700, 8))
    (second,) = await record(database, round_id, at(650, 9))
    late = [(await record(database, round_id, at(700, 8)))[0] for _ in range(3)]

    assert [first.result, second.result] == ["created", "revised"]
    assert {(each.result, each.id, each.set_aside) for each in late} == {
        ("unchanged", second.id, "superseded")
    }
    assert await stored(owner) == [(700, 1), (650, 2)]
    assert await aside(owner) == [(700, "superseded")]


async def test_without_a_moment_on_either_side_nothing_is_superseded(
    round_id: int, database: Database
) -> None:
    items = [at(700, 8), said(650), at(600, 7), at(600, 6), at(550, 7)]

    found = [await outcome(database, round_id, each) for each in items]

    assert {why for _, why in found} == {None}
    assert [each for each, _ in found] == ["created", *["revised"] * 2, "unchanged", "revised"]


async def test_another_remark_on_the_same_value_is_a_revision_and_none_is_not(
    round_id: int, database: Database, owner: Database
) -> None:
    items = [replace(said(5), obs_status=each) for each in ("P", None, "P", "A")]

    found = [(await outcome(database, round_id, each))[0] for each in items]

    assert found == ["created", "unchanged", "unchanged", "revised"]
    assert await rows(owner, "SELECT obs_status FROM submission ORDER BY id") == [("P",), ("A",)]


async def test_receipts_say_who_takes_part_and_what_came_before(
    round_id: int, database: Database, owner: Database
) -> None:
    async with owner.session() as session:
        await session.execute(text("UPDATE entry SET state = 'withdrawn' WHERE applicant = 'C2'"))
    await record(database, round_id, said(5))

    found = await record(database, round_id, said(6, as_of=date(2026, 6, 2)), said(7, "C2"))

    assert [(each.entered, each.before) for each in found] == [(True, 5), (False, None)]


async def test_judging_stores_nothing_and_says_what_appending_would(
    round_id: int, database: Database, owner: Database
) -> None:
    (standing,) = await record(database, round_id, within(700))
    (held,) = await record(database, round_id, within(9000))
    asked = {"round": round_id, "applicant": "C1", "measure": "stations", "day": DAY}

    found = []
    async with database.session() as session:
        for number in (700, 701, 9000, 9001):
            judged = await session.execute(text(JUDGE), asked | {"number": number, "factor": 3})
            found.append(tuple(judged.one()))

    stands, late = (standing.id, 700, 1), "implausible-change"
    assert found == [
        ("unchanged", *stands, None, None, True, 700),
        ("revised", *stands, None, None, True, 700),
        ("unchanged", *stands, late, held.id, True, 700),
        ("revised", *stands, late, None, True, 700),
    ]
    assert len(await aside(owner)) == len(await stored(owner)) == 1


async def test_a_refused_item_is_not_set_aside(
    round_id: int, database: Database, owner: Database
) -> None:
    (receipt,) = await record(
        database, round_id, replace(said(5, "nobody"), doubt="above-plausible")
    )

    assert receipt == Receipt("unknown-applicant", None, None, entered=False)
    assert await aside(owner) == []
