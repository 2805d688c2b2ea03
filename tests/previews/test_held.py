"""What would be held would move nothing until it is confirmed."""

from typing import Any

from tests.batches.test_remarks import push_rows, row
from tests.fixtures.make import World
from tests.submissions.plausible import PATH, listed, open_round, say


async def asked(world: World, *items: dict[str, Any]) -> dict[str, Any]:
    """Return what a dry run says of rows."""
    answer = await world.client.post(
        f"{PATH}/batch",
        json={"items": items},
        headers=world.headers["source"],
        params={"dry_run": "true"},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_number_that_would_be_held_moves_nothing(world: World) -> None:
    await open_round(world)
    await say(world, 100)
    await say(world, 50, "C2")
    file = [row("C1", 100_000), row("C2", 80)]

    found = await asked(world, *file)

    held, taken = found["items"]
    assert (held["result"], held["set_aside"], held["id"]) == ("revised", "above-plausible", None)
    assert (taken["result"], taken["stands"]) == ("revised", 50)
    assert [(each["applicant"], each["after"]) for each in found["effect"]["totals"]] == [
        ("C2", 4.8)
    ]
    assert await listed(world) == [(100, None), (50, None)]
    for item in (await push_rows(world, *file))["items"]:
        told = found["items"][item["index"]]
        assert told["result"] == item["result"]
        assert told.get("set_aside") == item.get("set_aside")
        assert told.get("warnings") == item.get("warnings")


async def test_a_number_that_would_be_confirmed_moves_what_it_would(world: World) -> None:
    await open_round(world)
    await say(world, 100)
    await say(world, 100_000)

    again = await asked(world, row("C1", 100_000))
    confirmed = await asked(world, row("C1", 100_000, confirm=True))

    assert again["effect"]["counts"]["cohorts"] == 0
    assert again["items"][0]["id"] is not None
    assert confirmed["effect"]["counts"]["cohorts"] == 1
