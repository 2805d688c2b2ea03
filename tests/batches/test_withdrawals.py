"""What takes a value back needs none, and says so alike alone and in every format."""

import json
from typing import Any

import pytest

from tests.batches.test_http import push, row
from tests.batches.test_slices import declare, of
from tests.contract.document import CONTRACT, faults
from tests.fixtures.http import SUBMISSIONS, findings, problem, stored
from tests.fixtures.make import STATIONS, World

SDMX = "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,INDICATOR,TIME_PERIOD"
ROW = {"applicant": "C1", "measure": STATIONS, "as_of": "2026-06-01"}
SUBMISSION = {"$ref": "#/components/schemas/SubmissionIn"}

SAID: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "withdrawn without a value": ({"status": "withdrawn"}, "withdrawn,", None),
    "withdrawn with null": ({"status": "withdrawn", "value": None}, "withdrawn,", None),
    "withdrawn with a value": (
        {"status": "withdrawn", "value": 5},
        "withdrawn,5",
        "withdrawn-with-value",
    ),
    "reported without a value": ({"status": "reported"}, "reported,", "value-missing"),
    "nothing": ({}, ",", "value-missing"),
}
"""Members of a row, the same as cells of status and value, and what it is refused for."""


def files(said: dict[str, Any], cells: str) -> dict[str, str]:
    """Return files of one row that says the same, by media type."""
    row = json.dumps(ROW | said)
    status, value = cells.split(",")
    action = "D" if status == "withdrawn" else "M"
    csv = {"status,value": cells} if value else {"status,value": cells, "status": status}
    sdmx = {",OBS_VALUE": f",{value}"} if value else {",OBS_VALUE": ",", "": ""}
    found = {"application/json": f'{{"items": [{row}]}}', "application/jsonl": row}
    for at, (header, line) in enumerate(csv.items()):
        text = f"applicant,measure,as_of,{header}\nC1,{STATIONS},2026-06-01,{line}\n"
        found["text/csv" + "; charset=utf-8" * at] = text
    for at, (header, line) in enumerate(sdmx.items()):
        text = f"{SDMX}{header}\nd,X,{action},C1,{STATIONS},2026-06-01{line}\n"
        found["application/vnd.sdmx.data+csv" + ";version=2.0.0" * at] = text
    return found


@pytest.mark.parametrize(("said", "cells", "code"), SAID.values(), ids=SAID)
async def test_what_says_no_value_is_told_alike_wherever_it_stands(
    world: World, said: dict[str, Any], cells: str, code: str | None
) -> None:
    await world.submit("source", "C1", STATIONS, 7)
    assert faults(SUBMISSION, ROW | said) == [], "the contract admits it"

    for kind, body in files(said, cells).items():
        answer = await world.client.post(
            f"{SUBMISSIONS}/batch",
            content=body,
            headers=world.headers["source"] | {"Content-Type": kind},
        )
        if code is None:
            assert answer.status_code == 200, answer.text
        else:
            (item,) = problem(answer, 422, "batch-rejected")["items"]
            assert findings(item) == [("/value", code)], kind
    answer = await world.call("source", "POST", SUBMISSIONS, ROW | said)
    if code is None:
        assert answer.json()["result"] == "unchanged"
    else:
        assert findings(problem(answer, 422, "submission-refused")) == [("/value", code)]
    values = [each["value"] for each in await stored(world)]
    assert values == ([7, None] if code is None else [7])


async def test_a_table_without_values_says_in_which_column_it_takes_them_back(world: World) -> None:
    """Without either, the column was forgotten: it is said once, and not of every row."""
    body = f"applicant,measure,as_of\nC1,{STATIONS},2026-06-01\n"
    headers = world.headers["source"] | {"Content-Type": "text/csv"}
    answer = await world.client.post(f"{SUBMISSIONS}/batch", content=body, headers=headers)

    assert findings(problem(answer, 400, "file-unreadable"))[0][1] == "column-missing"


def test_the_contract_says_what_a_value_that_is_left_out_means() -> None:
    schema = CONTRACT["components"]["schemas"]["SubmissionIn"]

    assert "value" not in schema["required"]
    assert "left out" in schema["properties"]["value"]["description"]


@pytest.mark.parametrize(("day", "gone"), [("2026-06-30", 2), ("2026-07-01", 0)])
async def test_a_slice_that_does_not_count_takes_nothing_back_that_does(
    world: World, day: str, gone: int
) -> None:
    """Next month's file in the wrong round says nothing of the reference date, 30 June."""
    await push(world, *(row(code, STATIONS, 5, "2026-06-01") for code in ("C1", "C2", "P1")))

    sent = (of("entered", as_of=day), row("C1", STATIONS, 6, day))
    foreseen = await declare(world, *sent, dry_run=True)
    answer = (await declare(world, *sent)).json()
    await world.recompute()

    assert answer["slice"]["omitted"] == ["C2", "P1"]
    assert answer["slice"]["withdrawn"] == foreseen.json()["slice"]["withdrawn"] == gone
    line = (await world.card("C2"))["lines"]["A-1"]
    assert line["missing"] is (gone > 0)
