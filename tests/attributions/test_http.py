"""Who moved from one run to another, and what moved them, worked by hand."""

from typing import Any

from shared.database import Database
from tests.fixtures.http import findings, key, pages, problem
from tests.fixtures.make import MARK, ROUND, STATIONS, World

RUNS = f"/rounds/{ROUND}/runs"


async def story(world: World) -> dict[str, int]:
    """Play four runs; return the ids of what was said."""
    said = {
        "C1": await world.submit("source", "C1", STATIONS, 50),
        "C2": await world.submit("source", "C2", STATIONS, 100),
    }
    assert await world.recompute()
    said["C1 more"] = await world.submit("source", "C1", STATIONS, 80)
    said["C2 more"] = await world.submit("source", "C2", STATIONS, 200)
    said["mark"] = await world.submit("expert", "C1", MARK, 60)
    assert await world.recompute()
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C2", {"state": "withdrawn"})
    assert await world.recompute()
    said["taken back"] = await world.submit("expert", "C1", MARK, None, status="withdrawn")
    assert await world.recompute()
    return {name: answer.json()["id"] for name, answer in said.items()}


async def changes(world: World, run: int, **query: Any) -> dict[str, Any]:
    """Return who moved, by code."""
    answer = await world.call("auditor", "GET", f"{RUNS}/{run}/changes", **query)
    assert answer.status_code == 200, answer.text
    return {each["applicant"]: each for each in answer.json()["items"]}


def part(cause: str, points: float, *submissions: int) -> dict[str, Any]:
    """Return a part as it is shown."""
    count = len(submissions)
    shown = {"cause": cause, "points": points, "submissions": list(submissions)}
    return shown | {"submissions_count": count}


async def test_each_cause_has_its_part_of_a_change_worked_by_hand(world: World) -> None:
    """Stations earn 6 × own / best, a mark 5 × mark / 100."""
    said = await story(world)

    second = await changes(world, 2)
    assert list(second) == ["C1"]  # 200 of 200 earn as much as 100 of 100
    assert second["C1"] == {
        "applicant": "C1",
        "kind": "county",
        "rank": {"before": 2, "after": 2},
        "total": {"before": 3.0, "after": 5.4},
        "parts": [
            part("reports", 1.8, said["C1 more"]),  # 80 of 100
            part("marks", 3.0, said["mark"]),
            part("others", -2.4, said["C2 more"]),  # 80 of 200
        ],
        "words": {
            "zh": "C1：总分 3.0000 → 5.4000（+2.4000）："
            f"填报数据 +1.8000（#{said['C1 more']}），专家评分 +3.0000（#{said['mark']}），"
            f"同类其他主体的数据 −2.4000（#{said['C2 more']}）。",
            "en": "C1: total 3.0000 → 5.4000 (+2.4000):"
            f" what was reported +1.8000 (#{said['C1 more']}),"
            f" experts' marks +3.0000 (#{said['mark']}),"
            f" others of the cohort −2.4000 (#{said['C2 more']}).",
        },
    }

    third = await changes(world, 3)
    assert list(third) == ["C2", "C1", "P1"]  # largest change first; P1's rank alone moved
    assert third["C1"]["parts"] == [part("entries", 3.6)]  # 80 of 80
    assert third["C2"]["total"] == {"before": 6.0, "after": None}
    assert third["C2"]["parts"] == [part("entries", -6.0)]
    assert third["P1"]["rank"] == {"before": 3, "after": 2}
    assert third["P1"]["parts"] == []

    fourth = await changes(world, 4)
    assert fourth["C1"]["parts"] == [part("withdrawals", -3.0, said["taken back"])]

    whole = await changes(world, 4, since=1, cohort="county")
    assert [each["points"] for each in whole["C1"]["parts"]] == [3.0]
    assert whole["C1"]["parts"][0]["cause"] == "entries"  # alone, any number is the best
    assert (await changes(world, 1, since=0))["C2"]["parts"] == [part("entries", 6.0)]


async def test_changes_come_in_pages_to_auditors_and_only_forward(world: World) -> None:
    await story(world)

    found = await pages(world, f"{RUNS}/3/changes", limit=1, since=0)
    assert [[each["applicant"] for each in page] for page in found] == [["C1"], ["P1"]]

    refused = await world.call("auditor", "GET", f"{RUNS}/2/changes", since=2)
    assert findings(problem(refused, 422, "invalid")) == [("/query/since", "after-until")]
    for path in (f"{RUNS}/5/changes", f"{RUNS}/5/changes?since=1"):
        assert (await world.call("auditor", "GET", path)).status_code == 404
    assert (await world.call("portal", "GET", f"{RUNS}/2/changes")).status_code == 403


async def test_a_key_with_limits_is_told_of_nobody_beyond_them(
    world: World, owner: Database
) -> None:
    """What others did to a total that it reaches is told as a number, as scores are."""
    said = await story(world)
    whole = await changes(world, 3, since=0)
    assert list(whole) == ["C1", "P1"]

    world.headers["auditor"] = await key(owner, "auditor", "auditor", applicants=["C1"])
    own = await changes(world, 2)
    assert list(own) == ["C1"]
    assert own["C1"]["parts"] == [
        part("reports", 1.8, said["C1 more"]),
        part("marks", 3.0, said["mark"]),
        part("others", -2.4),
    ]
    assert list(await changes(world, 3, since=0)) == ["C1"]

    world.headers["auditor"] = await key(owner, "auditor", "auditor", measures=[MARK])
    assert (await changes(world, 2))["C1"]["parts"] == [
        part("reports", 1.8),
        part("marks", 3.0, said["mark"]),
        part("others", -2.4),
    ]
