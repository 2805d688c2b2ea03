"""An applicant's scores from run to run."""

from tests.fixtures.http import SCORES, mark, pages, problem, runs
from tests.fixtures.make import ROUND, World


async def test_a_history_is_newest_first_and_only_of_what_changed(world: World) -> None:
    await mark(world, C1=50)
    await mark(world, C2=70)
    await mark(world, C1=60)

    found = await pages(world, f"{SCORES}/C1/history", limit=1, include="names")

    assert [[(each["run"], each["total"]) for each in page] for page in found] == [
        [(3, 3)],
        [(1, 2.5)],
    ]
    (newest,), _ = found
    assert newest["ranked"]
    assert newest["recorded_at"] == (await runs(world))[0]["recorded_at"]
    assert newest["dimensions"] == (await world.card("C1"))["dimensions"]
    both = ["lines", "names"]
    ((lines, _),) = await pages(world, f"{SCORES}/C1/history", include=both)
    assert lines["lines"] == list((await world.card("C1"))["lines"].values())
    for run, past in ((3, [3, 1]), (2, [1])):
        up_to = await pages(world, f"{SCORES}/C1/history", limit=1, run=run)
        assert [[each["run"] for each in page] for page in up_to] == [[each] for each in past]


async def test_a_history_says_when_an_applicant_left(world: World) -> None:
    await mark(world, C1=50)
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C1", {"state": "withdrawn"})
    await world.recompute()

    ((left, was),) = await pages(world, f"{SCORES}/C1/history", include="lines")

    assert (left["run"], left["ranked"], left["total"], left["lines"]) == (2, False, 0, None)
    assert (was["run"], was["ranked"], was["total"]) == (1, True, 2.5)


async def test_a_history_of_nothing_is_empty_and_of_nobody_not_found(world: World) -> None:
    assert await pages(world, f"{SCORES}/C1/history") == [[]]
    problem(await world.call("auditor", "GET", f"{SCORES}/C9/history"), 404, "not-found")
    problem(await world.call("auditor", "GET", "/rounds/R1/scores/C1/history"), 404, "not-found")
