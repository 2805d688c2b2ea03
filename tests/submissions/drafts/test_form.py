"""The form of a single submission: judged as a row of a file is, each fault by its own pointer."""

from typing import Any

from tests.fixtures.http import SUBMISSIONS, findings, problem, stored
from tests.fixtures.make import STATIONS, World

ROW = {"applicant": "C1", "measure": STATIONS, "value": 1, "as_of": "2026-06-01"}

WRONG: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"applicant": 5}, ("/applicant", "not-a-code")),
    ({"applicant": None}, ("/applicant", "not-a-code")),
    ({"applicant": ""}, ("/applicant", "not-a-code")),
    ({"applicant": "C1 "}, ("/applicant", "not-a-code")),
    ({"applicant": "'; DROP TABLE submission; --"}, ("/applicant", "not-a-code")),
    ({"measure": ["stations"]}, ("/measure", "not-a-code")),
    ({"as_of": "01.06.2026"}, ("/as_of", "date-order")),
    ({"as_of": "2026-06-31"}, ("/as_of", "not-a-date")),
    ({"as_of": "0000-01-01"}, ("/as_of", "not-a-date")),
    ({"as_of": "2026-W23-1"}, ("/as_of", "not-a-date")),
    ({"as_of": 1780272000}, ("/as_of", "not-a-date")),
    ({"as_of": None}, ("/as_of", "not-a-date")),
    ({"status": "deleted"}, ("/status", "unknown-status")),
    ({"comment": "x" * 2001}, ("/comment", "too-long")),
    ({"reference": 5}, ("/reference", "not-a-text")),
    ({"revision": 7}, ("/revision", "unknown-member")),
    ({"a/b~c": 7}, ("/a~1b~0c", "unknown-member")),
]


async def test_a_field_that_is_wrong_is_named_by_its_pointer(world: World) -> None:
    for change, finding in WRONG:
        answer = await world.call("source", "POST", SUBMISSIONS, ROW | change)
        assert findings(problem(answer, 422, "invalid")) == [finding], change
    assert await stored(world) == []


async def test_a_field_that_is_missing_is_named(world: World) -> None:
    for missing in ROW:
        body = {name: value for name, value in ROW.items() if name != missing}
        answer = await world.call("source", "POST", SUBMISSIONS, body)
        if missing == "value":
            refused = findings(problem(answer, 422, "submission-refused"))
            assert refused == [("/value", "value-missing")]
        else:
            assert findings(problem(answer, 422, "invalid")) == [(f"/{missing}", "missing")]


async def test_a_row_is_refused_alone_as_it_is_in_a_file(world: World) -> None:
    """One set of rules, one set of codes."""
    changes: list[dict[str, Any]] = [
        {"value": 0.5},
        {"value": "5"},
        {"value": -1},
        {"value": None},
        {"measure": "none"},
    ]
    for change in [*(each for each, _ in WRONG), *changes]:
        row = ROW | change
        alone = await world.call("source", "POST", SUBMISSIONS, row)
        in_file = await world.call("source", "POST", f"{SUBMISSIONS}/batch", {"items": [row]})
        (item,) = problem(in_file, 422, "batch-rejected")["items"]
        assert alone.json()["errors"] == item["errors"], change
