"""An old run shows the names that applicants had at it, whatever they were called since."""

import json
from typing import Any

from shared.applicants import store as applicants
from shared.database import Database
from shared.scoring.framework import Name
from tests.fixtures.make import MARK, ROUND, World, name

SCORES = f"/rounds/{ROUND}/scores"


async def read(world: World, path: str, **params: Any) -> Any:
    """Return the JSON at a *path* of the round's."""
    answer = await world.call("auditor", "GET", path, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rename(world: World, text: str) -> None:
    """Call C1 *text*."""
    answer = await world.call("portal", "PATCH", "/applicants/C1", {"name": name(text)})
    assert answer.status_code == 200, answer.text


async def named(world: World, **params: Any) -> dict[str, str]:
    """Return how everything that shows C1 calls it, by what that is."""
    ranking = await read(world, SCORES, **params)
    moved = await read(world, f"/rounds/{ROUND}/movements", **params)
    exported = await world.call(
        "auditor", "GET", f"/rounds/{ROUND}/export/scores", format="jsonl", **params
    )
    shown = {
        "ranking": ranking["items"],
        "movements": moved["applicants"],
        "export": list(map(json.loads, exported.text.splitlines())),
        "scorecard": [await read(world, f"{SCORES}/C1", **params)],
        "explanation": [await read(world, f"{SCORES}/C1/explanation", **params)],
    }
    return {
        what: item["name"]["en"]
        for what, items in shown.items()
        for item in items
        if item["applicant"] == "C1"
    }


async def test_a_run_that_is_named_has_the_names_of_then_wherever_it_is_shown(
    world: World,
) -> None:
    for run, text in enumerate(("Zebra", "Middle"), 1):
        await rename(world, text)
        await world.submit("expert", "C1", MARK, 50 + run)
        assert await world.recompute()
    await rename(world, "Last")
    kinds = ("ranking", "movements", "export", "scorecard", "explanation")

    for _ in range(2):  # the second time from what was kept
        assert await named(world, run=1) == dict.fromkeys(kinds, "Zebra")
        assert await named(world, run=2) == dict.fromkeys(kinds, "Middle")
        assert await named(world) == dict.fromkeys(kinds, "Last")

    (found,) = (await read(world, SCORES, run=1, q="zebra"))["items"]
    assert found["applicant"] == "C1"
    assert (await read(world, SCORES, q="zebra"))["items"] == []
    first = await read(world, SCORES, run=1, sort="-name", limit=1)
    assert first["items"][0]["name"]["en"] == "Zebra"
    last = await read(world, SCORES, run=2, sort="name", limit=1)
    following = [last]
    while (path := following[-1]["next"]) is not None:
        following.append(await read(world, path.removeprefix("/v1")))
    names = [each["items"][0]["name"]["en"] for each in following]
    assert names == ["C2", "Middle", "P1"]


async def test_a_name_that_is_committed_after_a_run_is_not_of_the_run(
    world: World, database: Database
) -> None:
    """Though it was changed before the run began: what a run shows never changes."""
    async with database.session() as session:
        await applicants.hold_changes(session)
        await applicants.change(session, "C1", Name("New", "New"), None)
        await world.submit("expert", "C1", MARK, 50)
        assert await world.recompute()
        assert (await read(world, f"{SCORES}/C1", run=1))["name"] == name("C1")

    assert (await read(world, f"{SCORES}/C1", run=1))["name"] == name("C1")
    assert (await read(world, f"{SCORES}/C1"))["name"] == name("New")
