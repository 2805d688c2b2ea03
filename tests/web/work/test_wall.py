"""The wall: what it shows, to whom, and that it does not pretend to be live."""

import re

from tests.fixtures.make import STATIONS, World
from tests.web.signed_in import see


async def scored(world: World, **stations: int) -> None:
    """Report stations of each applicant, and recompute."""
    for code, count in stations.items():
        await world.submit("source", code, STATIONS, count)
    await world.recompute()


async def test_the_wall_shows_places_and_who_moved_from_where_to_where(world: World) -> None:
    await scored(world, C1=10, C2=20)
    await scored(world, C1=40)
    answer = await see(world, "auditor", "wall", lang="en")

    assert re.findall(r'<tr data-key="(\w+)">', answer.text) == ["C1", "C2"]
    assert re.findall(r"(\d+ → \d+)", answer.text) == ["2 → 1", "1 → 2"]
    assert re.findall(r"<dd>(.*?)</dd>", answer.text)[0] == "2"
    assert "Not live: what stands here is of" in answer.text
    assert 'name="events"' in answer.text
    assert "<form" not in answer.text


async def test_the_wall_is_for_whom_the_ranking_is_for(world: World) -> None:
    await scored(world, C1=10)
    answer = await see(world, "expert", "wall")

    assert answer.status_code == 409
    assert "C1" not in answer.text


async def test_an_old_run_on_the_wall_is_not_called_late(world: World) -> None:
    await scored(world, C1=10)
    await scored(world, C1=20)
    answer = await see(world, "auditor", "wall", lang="en", run=1)

    assert "Not live" not in answer.text
    assert 'name="events"' not in answer.text
