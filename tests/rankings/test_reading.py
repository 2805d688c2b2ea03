"""Rankings as portals read them: page by page, searched, sorted, and no more than they need."""

from typing import Any

from tests.fixtures.http import SCORES, findings, mark, pages, problem
from tests.fixtures.make import ROUND, STATIONS, World
from tests.rankings.test_http import column, enter


async def test_pages_follow_each_other_within_one_run(world: World) -> None:
    """A run that turns the order round lands in between: nobody is shown twice or not at all."""
    await enter(world, "C3", "C4")
    await mark(world, C1=90, C2=80, C3=70, C4=60)
    answer = await world.call("auditor", "GET", SCORES, cohort="county", limit=2, include="lines")
    seen = column(answer.json(), "applicant", "rank")

    await mark(world, C1=10, C2=20, C3=30, C4=95)
    first = answer.json()
    assert [first[name] for name in ("run", "pinned", "latest_run", "total")] == [1, False, 1, 4]
    while "next" in answer.links:
        assert answer.json()["next"] == answer.links["next"]["url"]
        url = f"http://gateway{answer.json()['next']}"
        answer = await world.client.get(url, headers=world.headers["auditor"])
        page = answer.json()
        assert [page[name] for name in ("run", "pinned", "latest_run", "total")] == [1, True, 2, 4]
        assert all("lines" in each for each in page["items"])
        seen += column(page, "applicant", "rank")

    assert seen == [("C1", 1), ("C2", 2), ("C3", 3), ("C4", 4)]
    assert page["next"] is None
    for back in ("prev", "first"):
        url = f"http://gateway{answer.links[back]['url']}"
        again = (await world.client.get(url, headers=world.headers["auditor"])).json()
        assert (again["items"], again["latest_run"]) == (first["items"], 2)
    newest = await world.ranking(cohort="county")
    assert column(newest, "applicant") == [("C4",), ("C3",), ("C2",), ("C1",)]


async def test_a_page_of_another_run_than_is_named_is_refused(world: World) -> None:
    """Whoever names one run is not shown another because of where a page begins."""
    await mark(world, C1=50)
    await mark(world, C1=60)
    cursor = (
        (await world.call("auditor", "GET", SCORES, limit=1)).json()["next"].split("cursor=")[1]
    )

    own = await world.call("auditor", "GET", SCORES, run=2, cursor=cursor)
    other = await world.call("auditor", "GET", SCORES, run=1, cursor=cursor)

    assert own.json()["run"] == 2
    assert findings(problem(other, 422, "invalid")) == [("/query/cursor", "of-another-run")]


NAMED = {"C1": ("金州区", "Jinzhou District"), "C2": ("旅顺口区", "Ｌüshunkou DISTRICT")}


async def test_a_ranking_is_searched_and_sorted_without_other_places(world: World) -> None:
    """Ranks are those of the whole cohort, whoever is shown; pages follow in the same order."""
    for code, (zh, en) in NAMED.items():
        change = {"name": {"zh": zh, "en": en}, "division": "210200"}
        await world.call("portal", "PATCH", f"/applicants/{code}", change)
    await mark(world, C1=50, C2=90, P1=70)

    async def found(**params: Any) -> list[str]:
        shown = await pages(world, SCORES, limit=1, **params)
        assert (await world.ranking(limit=1, **params))["total"] == sum(map(len, shown))
        return [item["applicant"] for page in shown for item in page]

    assert await found(q="顺口") == await found(q=" lüSHUN ") == ["C2"]
    assert await found(q="district", sort="-rank") == ["C1", "C2"]
    assert await found(q="p1") == ["P1"]
    assert await found(q="%") == []
    assert await found(division="2102") == ["C2", "C1"]
    assert await found(division="21021") == await found(division="2102", cohort="park") == []
    assert await found(division="P1") == []
    assert await found(division="C1") == ["C1"]
    assert await found(sort="name") == ["C1", "C2", "P1"]
    assert await found(sort="-code", cohort="county") == ["C2", "C1"]
    (only,) = (await world.ranking(q="jinzhou"))["items"]
    assert (only["rank"], only["overall_rank"], only["cohort_size"]) == (2, 3, 2)
    for name_, value in (("q", " "), ("q", "\0"), ("division", "%"), ("sort", "points")):
        answer = await world.call("auditor", "GET", SCORES, **{name_: value})
        assert findings(problem(answer, 422, "invalid"))[0][0] == f"/query/{name_}"


async def test_of_an_item_only_the_members_are_sent_that_are_asked_for(world: World) -> None:
    await mark(world, C1=50)
    whole = await world.ranking(include="lines")
    fields = {"fields": "rank,applicant,lines"}

    page = (await world.call("auditor", "GET", SCORES, **fields, limit=1)).json()
    card = await world.call("auditor", "GET", f"{SCORES}/C1", fields="rank,applicant")
    runs_ = (await world.call("auditor", "GET", f"/rounds/{ROUND}/runs", fields="run")).json()

    expected = {name: whole["items"][0][name] for name in ("applicant", "rank", "lines")}
    assert page["items"] == [expected]
    assert "fields=applicant%2Crank%2Clines" in page["next"]
    head = {name: whole[name] for name in ("round", "run", "state", "as_of")}
    assert card.json() == {name: expected[name] for name in ("applicant", "rank")} | head
    assert runs_ == {"items": [{"run": 1}], "next": None}
    for path in (SCORES, f"{SCORES}/C1", "/applicants", f"/rounds/{ROUND}/entries"):
        answer = await world.call("auditor", "GET", path, fields="kind,secret")
        assert findings(problem(answer, 422, "invalid")) == [("/query/fields", "unknown-field")]


async def test_an_error_brings_the_numbers_and_names_of_its_words(world: World) -> None:
    """For a form that says them in its own; never what was sent."""
    row = {"applicant": "C1", "measure": STATIONS, "value": -1, "as_of": "2026-06-01"}
    refused = [
        await world.call("auditor", "GET", SCORES, limit=0),
        await world.call("auditor", "GET", SCORES, cohort="city"),
        await world.call("source", "POST", f"/rounds/{ROUND}/submissions", row),
        await world.call("source", "POST", f"/rounds/{ROUND}/submissions/batch", {"items": [row]}),
    ]
    params = [each.json()["errors"][0].get("params") for each in refused]
    assert params == [{"ge": 1}, {"expected": ["county", "park"]}, {"least": 0}, {"least": 0}]
