"""What does not count, and what is noticed, in the rows of a file and in its receipt."""

import json
from typing import Any

import pytest

from tests.fixtures.make import RESIDENTS, STATIONS, World, name
from tests.submissions.plausible import PATH, ROUND, listed, open_round

COLUMNS = ["applicant", "measure", "value", "as_of", "reported_at", "obs_status", "confirm"]
SDMX = (
    "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_STATUS,REPORTED_AT"
)
MOMENT = "2026-06-02T08:00:00Z"


async def push(world: World, kind: str, content: str) -> dict[str, Any]:
    """Push a file; return its receipt."""
    headers = world.headers["source"] | {"Content-Type": kind}
    answer = await world.client.post(f"{PATH}/batch", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def row(applicant: str, value: float, **more: Any) -> dict[str, Any]:
    """Return a count of stations."""
    return {
        "applicant": applicant,
        "measure": STATIONS,
        "value": value,
        "as_of": "2026-06-01",
    } | more


async def push_rows(world: World, *items: dict[str, Any]) -> dict[str, Any]:
    """Push rows as JSON."""
    return await push(world, "application/json", json.dumps({"items": items}))


def noticed(receipt: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """Return pointers and codes of what is noticed of each row."""
    return [
        [(each["pointer"], each["code"]) for each in item.get("warnings", [])]
        for item in receipt["items"]
    ]


async def test_a_held_row_is_said_in_answer_and_receipt_and_is_not_waited_for(
    world: World,
) -> None:
    await open_round(world)

    receipt = await push_rows(world, row("C1", 700), row("C2", 1e11), row("P1", 800))

    assert receipt["outcome"] == "all_committed"
    assert receipt["counts"] == {"created": 3, "revised": 0, "unchanged": 0, "rejected": 0}
    assert [each.get("set_aside") for each in receipt["items"]] == [None, "above-plausible", None]
    assert noticed(receipt) == [[], [("/value", "above-plausible")], []]
    taken = [each["id"] for each in receipt["items"] if "set_aside" not in each]
    assert receipt["greatest_submission"] == max(taken)
    path = f"/rounds/{ROUND}/batches/{receipt['batch']}/items"
    assert (await world.call("source", "GET", path)).json()["items"] == receipt["items"]
    again = await push_rows(world, row("C1", 700), row("C2", 1e11), row("P1", 800))
    assert again["counts"]["unchanged"] == 3
    assert await listed(world, set_aside="held") == [(1e11, "above-plausible")]


FORMATS = ("application/json", "application/jsonl", "text/csv", "application/vnd.sdmx.data+csv")


@pytest.mark.parametrize("kind", FORMATS)
async def test_every_format_confirms_dates_and_remarks(world: World, kind: str) -> None:
    await open_round(world)
    await push_rows(world, row("C1", 20_000))
    item = row("C1", 20_000, reported_at=MOMENT, obs_status="E", confirm=True)
    files = {
        "application/json": json.dumps({"items": [item]}),
        "application/jsonl": json.dumps(item),
        "text/csv": f"{','.join(COLUMNS)}\nC1,{STATIONS},20000,2026-06-01,{MOMENT},E,true\n",
        "application/vnd.sdmx.data+csv": f"{SDMX},CONFIRM,EXPECTED_REVISION\n"
        f"d,X,M,C1,{STATIONS},2026-06-01,20000,E,{MOMENT},true,0\n",
    }

    receipt = await push(world, kind, files[kind])

    assert receipt["counts"]["created"] == 1
    assert "set_aside" not in receipt["items"][0]
    stands = (await world.call("auditor", "GET", PATH)).json()["items"][-1]
    shown = [stands[name] for name in ("value", "reported_at", "obs_status", "confirmed_by")]
    assert shown == [20_000, MOMENT, "E", "reporter"]


@pytest.mark.parametrize("kind", FORMATS)
async def test_what_a_whole_file_expects_is_expected_of_rows_that_say_nothing_else(
    world: World, kind: str
) -> None:
    await open_round(world)
    await push_rows(world, row("C1", 700), row("C2", 800))
    rows = [row("C1", 710), row("C2", 810, expected_revision=1), row("P1", 5)]
    lines = [f"C1,{STATIONS},710,2026-06-01,", f"C2,{STATIONS},810,2026-06-01,1"]
    files = {
        "application/json": json.dumps({"items": rows}),
        "application/jsonl": "\n".join(map(json.dumps, rows)),
        "text/csv": "\n".join(
            [
                "applicant,measure,value,as_of,expected_revision",
                *lines,
                f"P1,{STATIONS},5,2026-06-01,",
            ]
        ),
        "application/vnd.sdmx.data+csv": f"{SDMX},EXPECTED_REVISION\n"
        f"d,X,M,C1,{STATIONS},2026-06-01,710,,,\nd,X,M,C2,{STATIONS},2026-06-01,810,,,1\n"
        f"d,X,M,P1,{STATIONS},2026-06-01,5,,,\n",
    }

    answer = await world.client.post(
        f"{PATH}/batch",
        content=files[kind],
        headers=world.headers["source"] | {"Content-Type": kind, "Prefer": "handling=lenient"},
        params={"expected_revision": 0},
    )

    results = [each["result"] for each in answer.json()["items"]]
    assert results == ["rejected", "revised", "created"]
    assert [each["code"] for each in answer.json()["items"][0]["errors"]] == ["stale-revision"]


async def test_sdmx_keeps_status_and_moment(world: World) -> None:
    await open_round(world)
    line = f"dataflow,X:Y(1.0),M,C1,{STATIONS},2026-06,700,P,"
    kind = "application/vnd.sdmx.data+csv"
    await push(world, kind, f"{SDMX}\n{line}{MOMENT}\n")

    late = await push(world, kind, f"{SDMX}\n{line.replace('700', '650')}2026-06-02T07:59:59Z\n")

    assert noticed(late) == [[("/reported_at", "superseded")]]
    assert late["counts"]["unchanged"] == 1
    shown = (await world.call("auditor", "GET", PATH)).json()["items"]
    assert [(each["value"], each["obs_status"], each["set_aside"]) for each in shown] == [
        (700, "P", None),
        (650, "P", "superseded"),
    ]


async def test_a_status_of_no_value_is_neither_zero_nor_a_withdrawal(world: World) -> None:
    await open_round(world)
    headers = world.headers["source"] | {"Content-Type": "application/vnd.sdmx.data+csv"}
    lines = [f"dataflow,X:Y(1.0),M,C1,{STATIONS},2026-06,{said}," for said in (",M", "5,M", "5,ZZ")]

    answer = await world.client.post(
        f"{PATH}/batch", content="\n".join([SDMX, *lines]), headers=headers
    )

    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/items/0/value", "value-missing"),
        ("/items/1/obs_status", "value-with-missing"),
        ("/items/2/obs_status", "unknown-obs-status"),
    ]


async def test_what_is_noticed_changes_nothing(world: World) -> None:
    await open_round(world)
    body = {"code": "C9", "kind": "county", "name": name("C9"), "division": None}
    await world.call("admin", "POST", "/applicants", body)
    days = [f"2026-06-{day:02}" for day in range(10, 15)]
    before = {"applicant": "C1", "measure": RESIDENTS, "value": 900, "as_of": "2026-06-01"}
    await push_rows(world, before)

    receipt = await push_rows(
        world,
        *(row("C1", 700, as_of=day) for day in days),
        before | {"value": 9000},
        before | {"applicant": "C9", "as_of": "2026-07-01"},
    )

    assert receipt["counts"] == {"created": 6, "revised": 1, "unchanged": 0, "rejected": 0}
    assert noticed(receipt) == [
        *[[("/value", "same-for-all")]] * 5,
        [("/value", "tenfold")],
        [("/as_of", "after-reference-date"), ("/applicant", "applicant-not-entered")],
    ]
