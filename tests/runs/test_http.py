"""Runs over HTTP."""

from tests.fixtures.http import SUBMISSIONS, pages, problem, runs
from tests.fixtures.make import ROUND, STATIONS, World


async def test_a_run_says_when_and_why_and_by_which_requests(world: World) -> None:
    await world.recompute()
    for request_id, value in (("nightly-1", 5), ("nightly-2", 6)):
        body = {"applicant": "C1", "measure": STATIONS, "value": value, "as_of": "2026-06-01"}
        headers = world.headers["source"] | {"X-Request-ID": request_id}
        await world.client.post(SUBMISSIONS, json=body, headers=headers)
    await world.recompute()

    run = (await world.call("auditor", "GET", f"/rounds/{ROUND}/runs/2")).json()

    assert run["request_ids"] == ["nightly-1", "nightly-2"]
    assert (run["run"], run["submissions"], run["other_changes"], run["cohort"]) == (2, 2, 0, 3)
    assert run["started_at"] <= run["recorded_at"]
    assert [each["run"] for each in await runs(world)] == [2, 1]


async def test_a_run_names_what_caused_it_to_administrators_and_auditors(world: World) -> None:
    await world.submit("source", "C1", STATIONS, 5)
    await world.recompute()
    path, why = f"/rounds/{ROUND}/runs", {"reason": "the scoring code was mended"}
    asked = await world.call("admin", "POST", path, why)
    assert (asked.status_code, asked.json()) == (202, {"applicants": 3, "after": 1})
    assert (await world.call("portal", "POST", path, why)).status_code == 403
    await world.recompute()
    await world.submit("source", "C1", STATIONS, 6)
    await world.recompute()

    caused = {
        each["run"]: [(cause["action"], cause["subject"]) for cause in each["causes"]]
        for each in await runs(world)
    }
    second = (await world.call("auditor", "GET", f"{path}/2")).json()
    assert caused == {
        1: [("entry.accepted", code) for code in ("C1", "C2", "P1")],
        2: [("round.recompute", ROUND)],
        3: [],
    }
    (cause,) = second["causes"]
    assert (cause["actor"], cause["reason"]) == ("admin", why["reason"])
    assert cause["request_id"] == asked.headers["x-request-id"]
    assert (await world.call("portal", "GET", f"{path}/2")).json()["causes"] is None


async def test_runs_are_listed_newest_first_in_pages(world: World) -> None:
    for value in range(3):
        await world.submit("source", "C1", STATIONS, value)
        await world.recompute()
    cut = await pages(world, f"/rounds/{ROUND}/runs", limit=2)
    assert [[each["run"] for each in page] for page in cut] == [[3, 2], [1]]


async def test_a_run_that_never_was_is_not_found(world: World) -> None:
    path = f"/rounds/{ROUND}/runs"
    problem(await world.call("auditor", "GET", f"{path}/1"), 404, "not-found")
    problem(await world.call("auditor", "GET", f"{path}/{10**30}"), 422, "invalid")
    problem(await world.call("auditor", "GET", f"{path}/last"), 422, "invalid")
