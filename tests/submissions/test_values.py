"""Values of each type: what is refused, and that the rest comes back as it was sent."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.http.paging import encode
from tests.fixtures.http import PLAN, RATE, findings, open_types, pages, problem
from tests.fixtures.make import GRADE, MARK, RESIDENTS, SCENES, STATIONS, World

REFUSED: list[tuple[str, str, Any, str]] = [
    ("source", STATIONS, 1.5, "not-whole"),
    ("source", STATIONS, -1, "below-range"),
    ("source", STATIONS, "12", "not-a-number"),
    ("source", STATIONS, True, "not-a-number"),
    ("source", STATIONS, ["1"], "not-a-number"),
    ("source", STATIONS, None, "value-missing"),
    ("source", STATIONS, {"n": 1}, "not-a-value"),
    ("source", STATIONS, [[1]], "not-a-value"),
    ("source", RESIDENTS, 0, "below-range"),
    ("expert", MARK, 100.5, "above-range"),
    ("expert", MARK, -0.1, "below-range"),
    ("expert", MARK, "A", "not-a-number"),
    ("portal", RATE, "0.5", "not-a-number"),
    ("portal", GRADE, "D", "unknown-category"),
    ("portal", GRADE, "a", "unknown-category"),
    ("portal", GRADE, 1, "unknown-category"),
    ("portal", GRADE, ["A"], "unknown-category"),
    ("portal", SCENES, "S1", "not-codes"),
    ("portal", SCENES, ["S1", "S9"], "unknown-code"),
    ("portal", SCENES, ["S1", "S1"], "repeated-code"),
    ("portal", SCENES, 2, "not-codes"),
    ("portal", PLAN, 1, "not-a-flag"),
    ("portal", PLAN, "yes", "not-a-flag"),
]


@pytest.fixture
async def types(world: World) -> str:
    """Give the path of the submissions to a round with a measure of each type."""
    return await open_types(world)


async def test_a_value_that_does_not_fit_its_measure_is_refused_at_its_place(
    world: World, types: str
) -> None:
    """One round for all cases: what is refused leaves nothing behind."""
    for role, measure, value, code in REFUSED:
        body = {"applicant": "C1", "measure": measure, "value": value, "as_of": "2026-06-01"}
        answer = await world.call(role, "POST", types, body)
        kind = "invalid" if code == "not-a-value" else "submission-refused"
        assert findings(problem(answer, 422, kind)) == [("/value", code)], (measure, value)

    assert await pages(world, types) == [[]]


TAKEN: list[tuple[str, str, Any]] = [
    ("source", STATIONS, 0),
    ("source", STATIONS, 999_999_999_999_999),
    ("expert", MARK, 0.1),
    ("portal", RATE, -12.345),
    ("portal", RATE, 1e-300),
    ("portal", GRADE, "B"),
    ("portal", SCENES, []),
    ("portal", SCENES, ["S1", "S4"]),
    ("portal", PLAN, False),
    ("portal", PLAN, True),
]


async def test_a_value_of_each_type_comes_back_as_it_was_sent(world: World, types: str) -> None:
    for day, (role, measure, value) in enumerate(TAKEN, 1):
        body = {"applicant": "C1", "measure": measure, "value": value, "as_of": f"2026-06-{day:02}"}
        assert (await world.call(role, "POST", types, body)).json()["result"] == "created"

    (found,) = await pages(world, types)

    assert [(each["measure"], each["value"]) for each in found] == [row[1:] for row in TAKEN]
    assert [type(each["value"]) for each in found if each["measure"] == PLAN] == [bool, bool]


decimals = st.builds(
    lambda negative, digits, exponent: Decimal((int(negative), tuple(digits), exponent)),
    st.booleans(),
    st.lists(st.integers(0, 9), min_size=1, max_size=15),
    st.one_of(st.integers(-20, 5), st.integers(-307, 290)),
)


@given(decimals)
@example(Decimal(999999999999999))
@example(Decimal("0.1"))
@example(Decimal("2.2250738585073E-308"))
@example(Decimal("1.79769313486231E+308"))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_every_decimal_of_15_digits_comes_back_exactly(
    world: World, types: str, sent: Decimal
) -> None:
    body = f'{{"applicant":"C1","measure":"{RATE}","value":{sent},"as_of":"2026-06-01"}}'
    headers = world.headers["portal"] | {"Content-Type": "application/json"}
    receipt = await world.client.post(types, content=body, headers=headers)
    assert receipt.status_code == 201, receipt.text

    behind = encode(f"/v1{types}", receipt.json()["id"] - 1)
    answer = await world.call("auditor", "GET", types, cursor=behind, limit=1)

    (item,) = json.loads(answer.text, parse_float=Decimal, parse_int=Decimal)["items"]
    assert item["value"] == sent
