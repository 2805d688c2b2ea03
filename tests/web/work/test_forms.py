"""What every form is held to, whatever it is about."""

from typing import Any

import httpx

from tests.fixtures.make import STATIONS, World
from tests.web.signed_in import OURS
from tests.web.work.forms import page, send

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
