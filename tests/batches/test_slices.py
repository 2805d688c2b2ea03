"""Slices that files declare: what they leave out is told, and what stood of it before is gone."""

import asyncio
from typing import Any

import httpx
import pytest
from alembic import command
from structlog.testing import capture_logs

from shared.database import Database
from shared.database.migration import configuration
from tests.batches.test_http import BATCH, BATCHES, HEADER, codes, push, row
from tests.fixtures.http import findings, key, problem, stored
from tests.fixtures.make import MARK, RESIDENTS, ROUND, STATIONS, World

JUNE, MAY = "2026-06-01", "2026-05-01"


def of(applicants: Any, measure: Any = STATIONS, as_of: Any = JUNE) -> dict[str, Any]:
    """Return a slice as JSON has it."""
    return {"measure": measure, "as_of": as_of, "applicants": applicants}


Headers = dict[str, str] | None


async def declare(
    world: World, slice_: Any, *rows: Any, prefer: str = "", headers: Headers = None, **params: Any
) -> httpx.Response:
    """Push *rows* in JSON with a slice, by the statistics system unless *headers* say who."""
    document = {"slice": slice_, "items": list(rows)}
    sent = (headers or world.headers["source"]) | {"Prefer": prefer}
    return await world.client.post(BATCH, json=document, headers=sent, params=params)


async def values(world: World, **params: Any) -> list[tuple[str, Any, str]]:
    """Return applicant, value and status of all that was ever said."""
    return [(e["applicant"], e["value"], e["status"]) for e in await stored(world, **params)]


async def test_who_is_left_out_is_named_and_its_earlier_values_are_taken_back(
    world: World,
) -> None:
    await push(world, row("C1", STATIONS, 5, MAY), row("C2", STATIONS, 7, MAY))
    await push(world, row("C2", STATIONS, 6, "2026-04-01"), row("C2", RESIDENTS, 9, MAY))
    await world.recompute()

    answer = (await declare(world, of("entered"), row("C1", STATIONS, 6))).json()
    await world.recompute()

    assert answer["counts"] == {"created": 1, "revised": 0, "unchanged": 0, "rejected": 0}
    assert answer["slice"] == {
        "measure": STATIONS,
        "as_of": JUNE,
        "scope": "entered",
        "covered": 3,
        "reported": 1,
        "omitted": ["C2", "P1"],
        "omitted_count": 2,
        "withdrawn": 2,
        "complete": False,
    }
    line = (await world.card("C2"))["lines"]["A-1"]
    assert (line["value"], line["missing"]) == (None, True)
    gone = [each for each in await stored(world) if each["status"] == "withdrawn"]
    assert [(each["applicant"], each["as_of"]) for each in gone] == [
        ("C2", "2026-04-01"),
        ("C2", MAY),
    ]
    assert "2026-06-01" in gone[0]["comment"]
    assert answer["greatest_submission"] == gone[-1]["id"]


async def test_the_same_slice_again_is_unchanged_and_waits_for_what_it_took_back(
    world: World,
) -> None:
    await push(world, row("C1", STATIONS, 5), row("C2", STATIONS, 7, MAY))
    first = (await declare(world, of(["C1", "C2"]), row("C1", STATIONS, 5))).json()

    again = (await declare(world, of(["C1", "C2"]), row("C1", STATIONS, 5))).json()

    assert (first["slice"]["withdrawn"], again["slice"]["withdrawn"]) == (1, 0)
    assert again["counts"]["unchanged"] == 1
    assert again["greatest_submission"] == first["greatest_submission"]
    assert again["slice"] | {"withdrawn": 1} == first["slice"]
    assert len(await stored(world)) == 3


async def test_what_was_said_of_the_same_date_or_a_later_one_stays(world: World) -> None:
    """A correction of the slice's own date is not undone by the slice repeated late."""
    await push(world, row("C2", STATIONS, 7), row("P1", STATIONS, 8, "2026-06-20"))

    answer = (await declare(world, of("entered"), row("C1", STATIONS, 5))).json()

    assert answer["slice"]["omitted"] == ["C2", "P1"]
    assert answer["slice"]["withdrawn"] == 0
    assert not [each for each in await values(world) if each[2] == "withdrawn"]


async def test_others_and_their_values_are_left_alone(world: World, owner: Database) -> None:
    await push(world, row("C2", STATIONS, 7, MAY), role="portal")
    other = await key(owner, "source", "other statistics")

    answer = await declare(world, of("entered"), row("C1", STATIONS, 5), headers=other)

    assert answer.json()["slice"]["withdrawn"] == 0
    assert ("C2", 7, "reported") in await values(world)


async def test_a_limited_key_covers_and_takes_back_what_it_reaches(
    world: World, owner: Database
) -> None:
    whole = await key(owner, "portal", "a portal")
    limited = await key(owner, "portal", "a portal", applicants=["C1", "C2"])
    earlier = [row(code, STATIONS, 5, MAY) for code in ("C2", "P1")]
    await world.client.post(BATCH, json={"items": earlier}, headers=whole)

    answer = await declare(world, of("entered"), row("C1", STATIONS, 5), headers=limited)
    beyond = await declare(world, of(["C1", "P1"]), row("C1", STATIONS, 5), headers=limited)

    assert answer.json()["slice"]["omitted"] == ["C2"]
    assert answer.json()["slice"]["covered"] == 2
    gone = [each[0] for each in await values(world) if each[2] == "withdrawn"]
    assert gone == ["C2"]
    assert findings(problem(beyond, 422, "invalid")) == [
        ("/slice/applicants", "applicant-not-reached")
    ]


async def test_rows_outside_of_the_slice_are_refused(world: World) -> None:
    answer = await declare(
        world,
        of(["C1", "C2"]),
        row("C1", STATIONS, 5),
        row("C2", RESIDENTS, 5),
        row("C2", STATIONS, 5, MAY),
        row("P1", STATIONS, 5),
        prefer="handling=lenient",
    )

    assert answer.status_code == 207
    _, *others = answer.json()["items"]
    assert [codes(each) for each in others] == [
        [("/measure", "outside-slice")],
        [("/as_of", "outside-slice")],
        [("/applicant", "outside-slice")],
    ]
    of_slice = {"measure": STATIONS, "as_of": JUNE}
    assert [each["errors"][0]["params"] for each in others] == [of_slice] * 3


@pytest.mark.parametrize("prefer", ["", "handling=lenient"])
async def test_nothing_is_taken_back_where_a_row_is_refused(world: World, prefer: str) -> None:
    """The row that was refused may have been of the one that seems to be left out."""
    await push(world, row("C2", STATIONS, 7, MAY))
    rows = [row("C1", STATIONS, 5), row("C22", STATIONS, 5)]

    answer = (await declare(world, of("entered"), *rows, prefer=prefer)).json()

    assert answer["slice"]["omitted"] == ["C2", "P1"]
    assert (answer["slice"]["withdrawn"], answer["slice"]["complete"]) == (0, False)
    assert answer["slice"]["reported"] == (1 if prefer else 0)
    assert not [each for each in await values(world) if each[2] == "withdrawn"]


@pytest.mark.parametrize(("number", "lacking"), [(2, 0), (3, 1), (1, 0)])
async def test_a_wrong_number_is_told_and_takes_nothing_back(
    world: World, number: int, lacking: int
) -> None:
    await push(world, row("P1", STATIONS, 7, MAY))
    rows = [row("C1", STATIONS, 5), row("C2", STATIONS, 5)]

    found = (await declare(world, of(number), *rows)).json()["slice"]

    assert (found["covered"], found["reported"], found["withdrawn"]) == (number, 2, 0)
    assert (found["omitted"], found["omitted_count"]) == ([], lacking)
    assert found["complete"] == (number == 2)


async def test_a_row_that_takes_a_value_back_leaves_nobody_out(world: World) -> None:
    rows = [row("C1", STATIONS, 5), row("C2", STATIONS, None) | {"status": "withdrawn"}]

    found = (await declare(world, of(["C1", "C2"]), *rows)).json()["slice"]

    assert (found["reported"], found["omitted"], found["complete"]) == (2, [], True)


@pytest.mark.parametrize("whom", ["entered", "3"])
async def test_any_format_declares_its_slice_by_parameters(world: World, whom: str) -> None:
    answer = await world.client.post(
        BATCH,
        content=f"{HEADER}\nC1,{STATIONS},5,{JUNE}\n",
        params={"slice_measure": STATIONS, "slice_as_of": JUNE, "slice_applicants": whom},
        headers=world.headers["source"] | {"Content-Type": "text/csv"},
    )

    assert answer.json()["slice"]["omitted_count"] == 2
    receipt = await world.call("source", "GET", f"{BATCHES}/{answer.json()['batch']}")
    assert receipt.json()["slice"] == answer.json()["slice"]
    (listed,) = (await world.call("auditor", "GET", BATCHES)).json()["items"]
    assert listed == receipt.json()


async def test_a_receipt_without_a_slice_has_none(world: World) -> None:
    answer = (await push(world, row("C1", STATIONS, 5))).json()

    receipt = await world.call("source", "GET", f"{BATCHES}/{answer['batch']}")

    assert "slice" not in answer
    assert "slice" not in receipt.json()


@pytest.mark.parametrize(
    ("slice_", "fault"),
    [
        (of("entered", measure="none"), ("/slice/measure", "unknown-measure")),
        (of("entered", measure=7), ("/slice/measure", "unknown-measure")),
        (of("entered", measure=MARK), ("/slice/measure", "reporter-not-admitted")),
        (of("entered", as_of="2026-02-30"), ("/slice/as_of", "not-a-date")),
        (of("entered", as_of="30/06/2026"), ("/slice/as_of", "date-order")),
        (of("entered", as_of=20260630), ("/slice/as_of", "not-a-date")),
        (of("all"), ("/slice/applicants", "not-applicants")),
        (of(0), ("/slice/applicants", "not-applicants")),
        (of(50_001), ("/slice/applicants", "not-applicants")),
        (of(applicants=True), ("/slice/applicants", "not-applicants")),
        (of([]), ("/slice/applicants", "not-applicants")),
        (of(["C1", "C1"]), ("/slice/applicants", "not-applicants")),
        (of(["C 1"]), ("/slice/applicants", "not-applicants")),
        (of([["C1"]]), ("/slice/applicants", "not-applicants")),
        (of("entered") | {"colour": 1}, ("/slice", "unknown-member")),
        ({"measure": STATIONS, "as_of": JUNE}, ("/slice/applicants", "missing")),
    ],
)
async def test_a_slice_that_cannot_be_is_refused_and_nothing_is_stored(
    world: World, slice_: Any, fault: tuple[str, str]
) -> None:
    answer = await declare(world, slice_, row("C1", STATIONS, 5))

    assert findings(problem(answer, 422, "invalid")) == [fault]
    assert await stored(world) == []
    assert (await world.call("source", "GET", BATCHES)).json()["items"] == []


async def test_experts_declare_no_slice(world: World) -> None:
    """What a slice takes back of marks would be changed after sight without a look at each."""
    answer = await declare(
        world, of("entered", measure=MARK), row("C1", MARK, 5), headers=world.headers["expert"]
    )

    assert findings(problem(answer, 422, "invalid")) == [("/slice/measure", "slice-of-marks")]


async def test_parameters_and_member_do_not_both_declare(world: World) -> None:
    document = {"items": [row("C1", STATIONS, 5)], "slice": of("entered")}

    both = await world.call("source", "POST", BATCH, document, slice_applicants="entered")
    del document["slice"]
    part = await world.call("source", "POST", BATCH, document, slice_applicants="entered")

    assert findings(problem(both, 422, "invalid")) == [("/slice", "slice-twice")]
    assert findings(problem(part, 422, "invalid")) == [
        ("/query/slice_measure", "missing"),
        ("/query/slice_as_of", "missing"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"items": [], "slice": {}, "slice": {}}',
        '{"items": [], "items": [], "slice": {}}',
        '{"items": [{}], "slice": 5}',
        '{"items": [{}], "slice": {"measure": "a", "measure": "b"}}',
        '{"items": [{}], "sl\\u0069ce": {"measure": "a"}}',
        '{"slice": {}}',
    ],
)
async def test_a_member_that_stands_twice_or_is_no_object_is_refused(
    world: World, text: str
) -> None:
    headers = world.headers["source"] | {"Content-Type": "application/json"}

    answer = await world.client.post(BATCH, content=text, headers=headers)

    problem(answer, 400, "file-unreadable")


async def test_a_database_before_slices_takes_files_without_them(world: World, url: str) -> None:
    await asyncio.to_thread(command.downgrade, configuration(url), "0010")

    with capture_logs():
        refused = await declare(world, of("entered"), row("C1", STATIONS, 5))
    taken = await push(world, row("C1", STATIONS, 5))

    problem(refused, 503, "unavailable")
    assert taken.status_code == 200
    receipt = await world.call("source", "GET", f"/rounds/{ROUND}/batches/{taken.json()['batch']}")
    assert "slice" not in receipt.json()
