"""What every form is held to, whatever it is about."""

from typing import Any

import httpx

from tests.fixtures.make import STATIONS, World
from tests.web.signed_in import OURS
from tests.web.work.forms import faults, page, send

SIGN_IN = "http://gateway/board/sign-in"
DAY = {"as_of": "2026-06-01"}


async def test_forms_are_bounded_and_counted_as_bodies_of_the_interface_are(world: World) -> None:
    transport: Any = world.client._transport
    bodies = transport.app.state.gateway.bodies
    form = await page(world, "portal", "values", "C1", STATIONS)

    async def strange(**sent: Any) -> httpx.Response:
        return await world.client.post(SIGN_IN, headers=OURS, **sent)

    json = await strange(json={})
    many = await strange(data={f"f{at}": "" for at in range(201)})
    large = await strange(data={"key": "x" * 17_000})
    huge = await send(world, form, DAY | {"value": "1", "comment": "x" * 66_000})
    bodies.take(2**27)
    crowded = await send(world, form, DAY | {"value": "1", "more": "x" * 17_000})
    bodies.give_back(2**27)

    refused = json, many, large, huge, crowded
    assert [each.status_code for each in refused] == [415, 400, 413, 413, 503]
    taken = await send(world, form, DAY | {"value": "1", "more": "x" * 17_000})
    assert taken.status_code == 303
    bodies.take(2**27)  # nothing is left counted


async def test_each_field_that_is_wrong_says_so_with_the_codes_of_the_interface(
    world: World,
) -> None:
    form = await page(world, "portal", "values", "C1", STATIONS)
    wrong = [
        ({"value": "", "as_of": ""}, {"value": ["value-missing"], "as_of": ["missing"]}),
        (
            {"value": "1.5", "as_of": "30.06.2026"},
            {"value": ["not-whole"], "as_of": ["date-order"]},
        ),
        ({"value": "1,5", "as_of": ""}, {"value": ["decimal-comma"], "as_of": ["missing"]}),
        ({"value": "5", "as_of": "31/12/2026"}, {"as_of": ["date-order"]}),
    ]
    for fields, codes in wrong:
        answer = await send(world, form, fields)
        assert (answer.status_code, faults(answer)) == (422, codes), fields
