"""Entries over HTTP: who takes part, and who is ranked."""

from typing import Any

from tests.fixtures.http import findings, pages, problem, stored
from tests.fixtures.make import ROUND, STATIONS, World, name


async def test_only_who_takes_part_is_ranked_but_all_values_are_kept(world: World) -> None:
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"})
    await world.submit("source", "C1", STATIONS, 50)
    await world.submit("source", "C2", STATIONS, 100)
    await world.recompute()

    ranking = await world.ranking(cohort="county")

    assert [(each["applicant"], each["total"]) for each in ranking["items"]] == [("C1", 6)]
    assert len(await stored(world, applicant="C2")) == 1
    problem(await world.call("auditor", "GET", f"/rounds/{ROUND}/scores/C2"), 404, "not-found")


async def test_who_enters_later_is_ranked_with_the_values_it_has(world: World) -> None:
    body = {"code": "C3", "kind": "county", "name": name("C3"), "division": None}
    await world.call("admin", "POST", "/applicants", body)
    await world.submit("source", "C1", STATIONS, 50)
    await world.submit("source", "C3", STATIONS, 100)
    await world.recompute()

    answer = await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C3")

    assert (answer.json()["state"], answer.json()["kind"]) == ("accepted", "county")
    assert await world.recompute()
    ranking = await world.ranking(cohort="county")
    assert [(each["applicant"], each["rank"], each["total"]) for each in ranking["items"]] == [
        ("C3", 1, 6),
        ("C1", 2, 3),
        ("C2", 3, 0),
    ]


async def test_who_leaves_is_gone_from_the_next_run_and_still_in_the_one_before(
    world: World,
) -> None:
    await world.submit("source", "C1", STATIONS, 50)
    await world.submit("source", "C2", STATIONS, 100)
    await world.recompute()

    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"})
    await world.recompute()

    def places(ranking: dict[str, Any]) -> list[tuple[str, int]]:
        return [(each["applicant"], each["rank"]) for each in ranking["items"]]

    assert places(await world.ranking(cohort="county")) == [("C1", 1)]
    assert places(await world.ranking(cohort="county", run=1)) == [("C2", 1), ("C1", 2)]
    assert (await world.card("C2", run=1))["rank"] == 1
    problem(await world.call("auditor", "GET", f"/rounds/{ROUND}/scores/C2"), 404, "not-found")

    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2")
    await world.recompute()
    assert places(await world.ranking(cohort="county")) == [("C2", 1), ("C1", 2)]
    assert places(await world.ranking(cohort="county", run=2)) == [("C1", 1)]
    (history,) = await pages(world, f"/rounds/{ROUND}/scores/C2/history")
    assert [(each["run"], each["withdrawn"], each["ranked"]) for each in history] == [
        (3, False, True),
        (2, True, False),
        (1, False, True),
    ]


async def test_a_closed_round_keeps_its_cohort(world: World) -> None:
    """What stands may be sent again, as any write may after a lost connection."""
    path = f"/rounds/{ROUND}/entries"
    body = {"code": "C3", "kind": "county", "name": name("C3"), "division": None}
    await world.call("admin", "POST", "/applicants", body)
    await world.call("admin", "POST", f"/rounds/{ROUND}/transitions", {"to": "closed"})
    before = await pages(world, path)

    for role in ("admin", "portal"):
        entering = await world.call(role, "PUT", f"{path}/C3")
        leaving = await world.call(role, "PUT", f"{path}/C2", {"state": "withdrawn"})
        for answer in (entering, leaving):
            assert problem(answer, 409, "round-not-open")["state"] == "closed"
        assert (await world.call(role, "PUT", f"{path}/C2")).status_code == 200

    assert await pages(world, path) == before
    await world.transition("open")
    assert (await world.call("portal", "PUT", f"{path}/C3")).status_code == 200


async def test_to_enter_twice_is_to_enter_once(world: World) -> None:
    await world.recompute()
    before = await pages(world, f"/rounds/{ROUND}/entries")

    answer = await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C1", {})

    assert answer.json() == before[0][0]
    assert await pages(world, f"/rounds/{ROUND}/entries") == before
    assert not await world.recompute()


async def test_a_condition_that_nothing_can_meet_is_not_passed_over(world: World) -> None:
    """An entry has no `ETag`: whoever compares with one must not be told that it held."""
    path, left = f"rounds/{ROUND}/entries/C2", {"state": "withdrawn"}
    for given, status in (('"nope"', 412), ('"a", W/"b"', 412), ("*", 200)):
        headers = world.headers["portal"] | {"If-Match": given}
        answer = await world.client.put(path, json=left, headers=headers)
        assert answer.status_code == status
        assert (await pages(world, f"/rounds/{ROUND}/entries"))[0][1]["state"] == (
            "withdrawn" if status == 200 else "accepted"
        )


async def test_entries_name_who_takes_part_and_who_left(world: World) -> None:
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"})

    cut = await pages(world, f"/rounds/{ROUND}/entries", limit=2)

    assert [[(each["applicant"], each["state"]) for each in page] for page in cut] == [
        [("C1", "accepted"), ("C2", "withdrawn")],
        [("P1", "accepted")],
    ]


async def test_an_entry_of_nobody_or_nowhere_or_nothing_known_is_refused(world: World) -> None:
    path = f"/rounds/{ROUND}/entries"
    problem(await world.call("portal", "PUT", f"{path}/C9"), 404, "not-found")
    problem(await world.call("portal", "PUT", "/rounds/R1999/entries/C1"), 404, "not-found")
    refused = await world.call("portal", "PUT", f"{path}/C1", {"state": "maybe"})
    assert findings(problem(refused, 422, "invalid")) == [("/state", "literal-error")]
    assert len((await pages(world, path))[0]) == 3
