"""Files of submissions pushed over HTTP: as a whole, or row by row, with a receipt."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any

import httpx

from shared.database import Database
from tests.fixtures.http import SUBMISSIONS, findings, gateway, pages, problem, runs, stored
from tests.fixtures.make import GRADE, MARK, RESIDENTS, ROUND, SCENES, STATIONS, World

BATCH, BATCHES = f"{SUBMISSIONS}/batch", f"/rounds/{ROUND}/batches"
LENIENT = "handling=lenient"
HEADER = "applicant,measure,value,as_of"


def row(applicant: str, measure: str, value: Any, as_of: str = "2026-06-01") -> dict[str, Any]:
    """Return one row of a batch."""
    return {"applicant": applicant, "measure": measure, "value": value, "as_of": as_of}


async def push(
    world: World, *rows: Any, role: str = "source", prefer: str = LENIENT
) -> httpx.Response:
    """Send *rows* as one batch in JSON."""
    headers = world.headers[role] | {"Prefer": prefer}
    return await world.client.post(BATCH, json={"items": list(rows)}, headers=headers)


def codes(item: dict[str, Any]) -> list[tuple[str, str]]:
    """Return where and why a row was refused."""
    return [(each["pointer"], each["code"]) for each in item["errors"]]


async def test_a_batch_has_one_result_per_row_in_its_order(world: World) -> None:
    rows = [row("C2", STATIONS, 7), row("C1", STATIONS, 5), row("C1", RESIDENTS, 9)]

    answer = await push(world, *rows)

    assert answer.status_code == 200
    document = answer.json()
    assert document["outcome"] == "all_committed"
    assert document["counts"] == {"created": 3, "revised": 0, "unchanged": 0, "rejected": 0}
    assert [each["index"] for each in document["items"]] == [0, 1, 2]
    assert document["greatest_submission"] == max(each["id"] for each in document["items"])
    by_id = {each["id"]: each for each in await stored(world)}
    for sent, item in zip(rows, document["items"], strict=True):
        assert item["result"] == "created"
        assert {name: by_id[item["id"]][name] for name in sent} == sent


async def test_a_batch_again_is_unchanged_and_causes_no_run(world: World) -> None:
    rows = [row(code, STATIONS, at) for at, code in enumerate(("C1", "C2", "P1"))]
    first = (await push(world, *rows)).json()
    await world.recompute()

    again = (await push(world, *rows)).json()

    assert again["outcome"] == "all_committed"
    assert again["counts"]["unchanged"] == 3
    assert [each["id"] for each in again["items"]] == [each["id"] for each in first["items"]]
    assert len(await stored(world)) == 3
    assert not await world.recompute()
    assert len(await runs(world)) == 1


async def test_rows_that_say_something_of_the_same_are_refused_and_name_each_other(
    world: World,
) -> None:
    rows = [row("C1", STATIONS, 5), row("C2", STATIONS, 5), row("C1", STATIONS, 5)]

    answer = await push(world, *rows)

    assert answer.status_code == 207
    first, other, second = answer.json()["items"]
    assert other["result"] == "created"
    assert codes(first) == codes(second) == [("", "repeated-row")]
    assert "row 2" in first["errors"][0]["detail"]
    assert "row 0" in second["errors"][0]["detail"]


async def test_one_bad_row_keeps_the_whole_file_out(world: World) -> None:
    await push(world, row("P1", STATIONS, 9))

    answer = await push(
        world,
        row("C1", STATIONS, 5),
        row("C9", STATIONS, 5),
        row("C2", STATIONS, 1.5),
        row("P1", STATIONS, 9),
        prefer="",
    )

    document = problem(answer, 422, "batch-rejected")
    assert document["outcome"] == "none_committed"
    assert document["counts"] == {"created": 0, "revised": 0, "unchanged": 1, "rejected": 3}
    assert findings(document) == [
        ("/items/1/applicant", "unknown-applicant"),
        ("/items/2/value", "not-whole"),
    ]
    assert [each["index"] for each in document["items"]] == [1, 2]
    assert len(await stored(world)) == 1
    (kept,) = await pages(world, f"{BATCHES}/{document['batch']}/items", "source")
    assert [each["result"] for each in kept] == ["rejected", "rejected", "rejected", "unchanged"]
    assert codes(kept[0]) == [("", "not-committed")]
    rest = answer.links["rest"]["url"]
    faulty = await world.client.get(f"http://gateway{rest}", headers=world.headers["source"])
    assert [each["index"] for each in faulty.json()["items"]] == [1, 2]


async def test_a_lenient_push_stores_the_good_rows_and_says_so(world: World) -> None:
    answer = await push(world, row("C1", STATIONS, 5), row("C9", STATIONS, 5))

    assert answer.status_code == 207
    assert answer.headers["preference-applied"] == LENIENT
    assert answer.json()["outcome"] == "partial"
    assert len(await stored(world)) == 1


async def test_a_lenient_push_of_bad_rows_alone_stores_nothing(world: World) -> None:
    document = problem(await push(world, row("C9", STATIONS, 1), 5), 422, "batch-rejected")

    assert document["counts"]["rejected"] == 2
    assert await stored(world) == []


async def test_a_minimal_answer_has_the_rows_alone_that_were_rejected_or_remarked_on(
    world: World,
) -> None:
    answer = await push(
        world,
        row("C1", STATIONS, 5),
        row("C9", STATIONS, 5),
        row("C2", STATIONS, 5, as_of="2026-12-31"),
        prefer="return=minimal, handling=lenient",
    )

    assert answer.headers["preference-applied"] == "handling=lenient, return=minimal"
    assert [each["index"] for each in answer.json()["items"]] == [1, 2]
    assert answer.json()["counts"]["created"] == 2


async def test_what_is_wrong_with_the_form_of_a_row_has_words_and_codes_of_our_own(
    world: World,
) -> None:
    answer = await push(
        world,
        7,
        {},
        row("C2", STATIONS, {"n": 1}, as_of="June") | {"colour": "red", "status": "maybe"},
        row("C 2", STATIONS, 1, as_of="30/06/2026") | {"comment": "x" * 2_001},
        row("C2", STATIONS, 6),
    )

    *refused, taken = answer.json()["items"]
    assert [sorted(codes(each)) for each in refused] == [
        [("", "not-an-object")],
        [("/applicant", "missing"), ("/as_of", "missing"), ("/measure", "missing")],
        [
            ("/as_of", "not-a-date"),
            ("/colour", "unknown-member"),
            ("/status", "unknown-status"),
            ("/value", "not-a-value"),
        ],
        [("/applicant", "not-a-code"), ("/as_of", "date-order"), ("/comment", "too-long")],
    ]
    assert taken["result"] == "created"


async def test_a_row_that_may_not_be_said_is_refused_by_itself(world: World) -> None:
    answer = await push(
        world,
        row("C1", STATIONS, 1.5),
        row("C1", "bridges", 1),
        row("C1", GRADE, "A"),
        row("C9", STATIONS, 1),
        row("C1", STATIONS, 1),
    )

    *refused, taken = answer.json()["items"]
    assert [codes(each) for each in refused] == [
        [("/value", "not-whole")],
        [("/measure", "unknown-measure")],
        [("/measure", "reporter-not-admitted")],
        [("/applicant", "unknown-applicant")],
    ]
    assert all(each["id"] is None and each["result"] == "rejected" for each in refused)
    assert [each["id"] for each in await stored(world)] == [taken["id"]]


async def test_a_batch_to_a_closed_round_is_refused_as_a_whole(world: World) -> None:
    await world.transition("closed")

    answer = await push(
        world, row("C9", STATIONS, 1), row("C1", STATIONS, 5), row("C2", STATIONS, 6)
    )

    problem(answer, 409, "round-not-open")
    assert await stored(world) == []


async def test_two_gateways_pushed_the_same_in_opposite_order_do_not_block_each_other(
    world: World, database: Database
) -> None:
    days = [(date(2020, 1, 1) + timedelta(days=at)).isoformat() for at in range(300)]
    rows = [row("C1", STATIONS, 5, day) for day in days]
    async with gateway(database) as client:
        other = World(client, world.headers, world.worker_database)
        one, two = await asyncio.gather(push(world, *rows), push(other, *reversed(rows)))

    ids = [[each["id"] for each in answer.json()["items"]] for answer in (one, two)]
    assert ids[0] == ids[1][::-1]
    assert Counter(one.json()["counts"]) + Counter(two.json()["counts"]) == {
        "created": 300,
        "unchanged": 300,
    }


async def test_portals_and_experts_push_batches_of_their_own_measures(world: World) -> None:
    portal = await push(world, row("C1", SCENES, ["S1"]), row("C1", MARK, 5), role="portal")
    expert = await push(world, row("C1", MARK, 80), row("C1", SCENES, []), role="expert")

    for answer in (portal, expert):
        taken, refused = answer.json()["items"]
        assert taken["result"] == "created"
        assert codes(refused) == [("/measure", "reporter-not-admitted")]


async def test_receipts_are_read_by_who_pushed_and_by_auditors(world: World) -> None:
    batch = (await push(world, row("C1", STATIONS, 5))).json()["batch"]

    read = (await world.call("source", "GET", f"{BATCHES}/{batch}")).json()
    assert read["outcome"] == "all_committed"
    assert read["format"] == "application/json"
    for role in ("source", "auditor", "admin"):
        assert (await world.call(role, "GET", f"{BATCHES}/{batch}")).json() == read
        listed = (await world.call(role, "GET", BATCHES)).json()["items"]
        assert listed == [read]
    for role in ("portal", "expert"):
        problem(await world.call(role, "GET", f"{BATCHES}/{batch}"), 404, "not-found")
        problem(await world.call(role, "GET", f"{BATCHES}/{batch}/items"), 404, "not-found")
        assert (await world.call(role, "GET", BATCHES)).json()["items"] == []


async def test_the_rows_of_a_receipt_come_in_pages(world: World) -> None:
    days = [(date(2020, 1, 1) + timedelta(days=at)).isoformat() for at in range(1_205)]
    batch = (await push(world, *(row("C1", STATIONS, 5, day) for day in days))).json()["batch"]

    found = await pages(world, f"{BATCHES}/{batch}/items", "source", limit=400)

    assert [len(each) for each in found] == [400, 400, 400, 5]
    assert [each["index"] for page in found for each in page] == list(range(1_205))
