"""Asking how sure a ranking is: what may be asked, and what is answered."""

from typing import Any

import pytest

from shared.database import Database
from tests.fixtures.ask import one, unguarded
from tests.fixtures.make import MARK, ROUND, STATIONS, World, name
from tests.sensitivity.asking import ASK, LIST, ask, items, read, score, work


@pytest.fixture
async def scored(world: World) -> World:
    """Give the world after its first run."""
    await score(world)
    return world


async def test_what_is_asked_is_taken_in_and_can_be_followed(scored: World) -> None:
    answer = await scored.call("auditor", "POST", ASK, {"seed": 7, "draws": 50})
    operation = answer.json()

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1{LIST}/{operation['id']}"
    assert operation["state"] == "waiting"
    assert operation["parameters"] == {
        "run": 1,
        "seed": 7,
        "draws": 50,
        "band": 0.25,
        "first": 10,
    }
    assert operation["result"] is None
    assert await read(scored, operation, "auditor") == operation


async def test_nothing_need_be_said_and_the_seed_drawn_is_shown(scored: World) -> None:
    answer = await scored.call("admin", "POST", ASK)

    parameters = answer.json()["parameters"]
    assert (parameters["draws"], parameters["band"], parameters["first"]) == (10_000, 0.25, 10)
    assert 0 <= parameters["seed"] < 2**32


async def test_the_answer_names_what_it_rests_on_and_covers_every_cohort(scored: World) -> None:
    operation = await ask(scored, seed=7, draws=50, first=1)
    assert await work(scored)

    done = await read(scored, operation)
    result = done["result"]
    assert (done["state"], done["progress"], done["attempts"]) == ("done", 1, 1)
    assert {name: result[name] for name in operation["parameters"]} == operation["parameters"]
    assert result["generator"] == "Philox4x64-10"
    cohorts = [(each["kind"], each["applicants"], each["ranked"]) for each in result["cohorts"]]
    assert cohorts == [("county", 2, 2), ("park", 1, 1)]
    shifts = [each["mean_shift"] for each in result["cohorts"][0]["choices"]]
    assert shifts == sorted(shifts, reverse=True)
    assert len(shifts) == 4 + 5 + 2


async def test_the_items_follow_the_published_order(scored: World) -> None:
    """C1 leads by 3 points in A-1 and is 0.5 behind in B-1: were A-1 worth 4/3, they would tie."""
    operation = await ask(scored, seed=7, draws=50, first=1)
    assert await work(scored)

    first, second, park = (await items(scored, operation)).json()["items"]
    assert [each["applicant"] for each in (first, second, park)] == ["C1", "C2", "P1"]
    assert (first["rank"], first["next"], second["rank"]) == (1, "C2", 2)
    assert first["swap"] == {
        "indicator": "A-1",
        "weight": 6,
        "new_weight": 1.3333,
        "change": -4.6667,
    }
    assert (second["next"], second["beats_next"], second["swap"]) == (None, None, None)
    assert (park["kind"], park["rank"], park["first"]) == ("park", 1, 1)


async def test_equals_are_listed_as_in_the_ranking(scored: World) -> None:
    """Who follows whom is the ranking's to say, and its ties are in no order of codes."""
    for number in range(12):
        code = f"T{number:02}"
        body = {"code": code, "kind": "county", "name": name(code), "division": None}
        await scored.call("portal", "POST", "/applicants", body)
        await scored.call("portal", "PUT", f"/rounds/{ROUND}/entries/{code}")
    await scored.recompute()
    operation = await ask(scored, seed=7, draws=5)
    assert await work(scored)

    shown = (await items(scored, operation)).json()["items"]
    counties = [each for each in shown if each["kind"] == "county"]
    ranking = (await scored.ranking(cohort="county"))["items"]
    assert [each["applicant"] for each in counties] == [each["applicant"] for each in ranking]
    assert [each["next"] for each in counties[:-1]] == [each["applicant"] for each in counties[1:]]


async def test_items_come_in_pages(scored: World) -> None:
    operation = await ask(scored, seed=7, draws=5)
    assert await work(scored)
    whole = (await items(scored, operation)).json()["items"]

    found, answer = [], await items(scored, operation, limit=2)
    while True:
        found += answer.json()["items"]
        target = answer.json()["next"]
        if target is None:
            break
        answer = await scored.call("portal", "GET", target.removeprefix("/v1"))

    assert found == whole
    assert len(whole) == 3


async def test_the_same_seed_on_the_same_run_has_the_same_answer(scored: World) -> None:
    one_, other = await ask(scored, seed=3, draws=40), await ask(scored, seed=3, draws=40)
    while await work(scored):
        pass

    assert (await read(scored, one_))["result"] == (await read(scored, other))["result"]
    assert (await items(scored, one_)).json() == (await items(scored, other)).json()


async def test_the_answer_is_of_the_run_that_was_asked_about(scored: World) -> None:
    """A later run, whenever the worker comes to it, changes nothing."""
    early = await ask(scored, seed=3, draws=40)
    await scored.submit("expert", "C2", MARK, 100)
    await scored.submit("source", "C2", STATIONS, 400)
    assert await scored.recompute()
    assert await work(scored)

    assert (await read(scored, early))["result"]["run"] == 1
    assert (await items(scored, early)).json()["items"][0]["applicant"] == "C1"


async def test_an_earlier_run_may_be_asked_about(scored: World) -> None:
    """Its answer is what it was while that was the last."""
    before = await ask(scored, seed=3, draws=40)
    await scored.submit("expert", "C2", MARK, 100)
    await scored.submit("source", "C2", STATIONS, 400)
    assert await scored.recompute()

    answer = await scored.call("auditor", "POST", ASK, {"seed": 3, "draws": 40}, run=1)
    while await work(scored):
        pass

    assert answer.json()["parameters"] == before["parameters"]
    assert (await items(scored, answer.json())).json() == (await items(scored, before)).json()


async def test_a_round_without_a_run_has_nothing_to_look_into(world: World) -> None:
    answer = await world.call("auditor", "POST", ASK)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/round-not-scored")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"draws": 0}, "/draws"),
        ({"draws": 100_001}, "/draws"),
        ({"band": -0.1}, "/band"),
        ({"band": 1.1}, "/band"),
        ({"first": 0}, "/first"),
        ({"seed": -1}, "/seed"),
        ({"seed": 2**32}, "/seed"),
        ({"seed": "1"}, "/seed"),
        ({"seeds": 1}, "/seeds"),
    ],
)
async def test_what_cannot_be_asked_is_refused_at_its_place(
    scored: World, owner: Database, body: dict[str, Any], pointer: str
) -> None:
    answer = await scored.call("admin", "POST", ASK, body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert await one(owner, "SELECT count(*) FROM operation") == 0


async def test_who_is_not_ranked_is_in_no_item(scored: World, owner: Database) -> None:
    """A round in which nobody is ranked has an answer too: an empty one."""
    await unguarded(owner, "UPDATE score_version SET blocked = true")
    operation = await ask(scored, draws=5)
    assert await work(scored)

    done = await read(scored, operation)

    assert [each["ranked"] for each in done["result"]["cohorts"]] == [0, 0]
    assert (await items(scored, operation)).json() == {"items": [], "next": None}
