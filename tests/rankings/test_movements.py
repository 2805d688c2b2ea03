"""Ranks over runs: who moved from where to where, in one request."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.paging import encode
from shared.database import Database
from shared.rankings import movements
from shared.rankings.movement_store import RunFacts, Totals
from shared.rankings.movements import affordable, ranks_over
from shared.rankings.ranking import as_of
from shared.scoring.rank import rank
from tests.fixtures.ask import execute
from tests.fixtures.frameworks import examples
from tests.fixtures.http import findings, gateway, mark, pages, problem
from tests.fixtures.make import ROUND, World
from tests.rankings.histories import RUNS

PATH = f"/rounds/{ROUND}/movements"

Ranks = dict[str, int | None]


async def read(world: World, **params: Any) -> dict[str, Any]:
    """Return a page of movements."""
    answer = await world.call("auditor", "GET", PATH, **params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def ranked(world: World, run: int, cohort: str | None) -> Ranks:
    """Return everybody's rank as the ranking shows it as of *run*."""
    params = {"run": run} if cohort is None else {"run": run, "cohort": cohort}
    place = "overall_rank" if cohort is None else "rank"
    found = await world.ranking(limit=1000, **params)
    return {each["applicant"]: each[place] for each in found["items"]}


def over(page: dict[str, Any]) -> list[Ranks]:
    """Return the ranks of a page run by run, of those who have one."""
    count = len(page["items"]) + 1
    return [
        {each["applicant"]: each["ranks"][at] for each in page["applicants"] if each["ranks"][at]}
        for at in range(count)
    ]


@pytest.fixture
async def registered(scored: int, owner: Database) -> int:
    """Give the id of a round with a history, whose applicants are known by name."""
    await execute(
        owner,
        f"""
        INSERT INTO applicant (code, kind, name_zh, name_en)
        SELECT applicant, kind, applicant, applicant FROM entry WHERE round = {scored}
        ON CONFLICT DO NOTHING
        """,  # noqa: S608 -- ours
    )
    return scored


def moves_of(page: dict[str, Any]) -> list[dict[str, tuple[int | None, int | None]]]:
    """Return who moved from where to where, run by run."""
    return [
        {each["applicant"]: (each["before"], each["after"]) for each in item["moved"]}
        for item in page["items"]
    ]


def differences(ranks: list[Ranks]) -> list[dict[str, tuple[int | None, int | None]]]:
    """Return who has another rank than before, from one to the next of *ranks*."""
    return [
        {
            code: (before.get(code), after.get(code))
            for code in sorted(before.keys() | after.keys())
            if before.get(code) != after.get(code)
        }
        for before, after in pairwise(ranks)
    ]


@pytest.mark.parametrize("cohort", [None, "county"])
async def test_the_ranks_are_those_that_the_ranking_shows_at_each_run(
    world: World, cohort: str | None
) -> None:
    """Also of who left meanwhile and came back."""
    entry = f"/rounds/{ROUND}/entries/C2"
    await mark(world, C1=50, C2=60)
    await mark(world, C1=70, P1=80)
    for state in ("withdrawn", "accepted"):
        await world.call("portal", "PUT", entry, {"state": state})
        await world.recompute()
    params = {} if cohort is None else {"cohort": cohort}

    page = await read(world, **params)

    expected = [Ranks()] + [await ranked(world, run, cohort) for run in range(1, 5)]
    assert over(page) == expected
    assert moves_of(page) == differences(expected)
    assert all(moves_of(page))
    assert page["cohort"] == cohort
    runs = await pages(world, f"/rounds/{ROUND}/runs")
    known = [(each["run"], each["recorded_at"]) for each in reversed(runs[0])]
    assert [(each["run"], each["recorded_at"]) for each in page["items"]] == known


@pytest.mark.parametrize("kind", [None, "county", "park"])
async def test_ranks_over_a_long_history_are_those_of_each_run(
    scored: int, database: Database, kind: str | None
) -> None:
    """Applicants come, go, are barred and tie by chance."""
    async with database.session() as session:
        known = [await as_of(session, scored, run) for run in range(RUNS + 1)]
    expected = [
        {
            whole.applicants[at]: int((whole.overall if kind is None else whole.own).rank[at])
            for at in whole.places(kind)
        }
        for whole in known
    ]

    for since, until in ((0, RUNS), (0, 1), (4, 9), (RUNS, RUNS)):
        found = await movements.between(database, scored, since, until, kind, 100)
        span = expected[since : until + 1]
        assert list(found.applicants) == sorted({code for each in span for code in each})
        for ranks, row in zip(span, found.ranks.tolist(), strict=True):
            assert row == [ranks.get(code, 0) for code in found.applicants]


@pytest.mark.usefixtures("registered")
async def test_pages_join_without_a_seam_and_keep_their_last_run(world: World) -> None:
    whole = over(await read(world, since=2, until=11))
    answer = await world.call("auditor", "GET", PATH, since=2, until=11, limit=4)
    found = [answer.json()]
    while "next" in answer.links:
        url = f"http://gateway{answer.links['next']['url']}"
        answer = await world.client.get(url, headers=world.headers["auditor"])
        found.append(answer.json())

    assert [len(each["items"]) for each in found] == [4, 4, 1]
    assert {each["until"] for each in found} == {11}
    assert [each["since"] for each in found] == [2, 6, 10]
    joined = over(found[0]) + [ranks for each in found[1:] for ranks in over(each)[1:]]
    assert joined == whole


def test_of_large_rounds_a_page_has_fewer_runs_but_one_at_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(movements, "MOST_RANKS", 7)
    when = datetime.now(UTC)

    for cohorts, expected in (([], 0), ([9, 1], 1), ([3, 4, 1], 2), ([1] * 9, 7), ([0] * 3, 3)):
        runs = [RunFacts(at, when, size) for at, size in enumerate(cohorts)]
        assert len(affordable(runs)) == expected


async def test_a_round_without_runs_has_no_movements(world: World) -> None:
    page = await read(world)

    assert (page["items"], page["applicants"], page["since"], page["until"]) == ([], [], 0, 0)


async def test_a_page_shows_names_as_they_are_now(world: World) -> None:
    await mark(world, C1=50)
    before = await read(world)

    change = {"name": {"zh": "新", "en": "new"}}
    assert (await world.call("admin", "PATCH", "/applicants/C1", change)).status_code == 200

    after = await read(world)
    names = [page["applicants"][0]["name"]["en"] for page in (before, after)]
    assert names == ["C1", "new"]


async def test_a_kept_page_is_what_another_gateway_says(world: World, database: Database) -> None:
    await mark(world, C1=50, C2=60)
    first = await world.call("auditor", "GET", PATH)
    again = await world.call("portal", "GET", PATH)
    async with gateway(database) as client:
        other = await client.get(PATH, headers=world.headers["auditor"])

    assert first.content == again.content == other.content
    assert first.headers["etag"] == other.headers["etag"]


async def test_runs_that_are_not_there_are_refused(world: World) -> None:
    await mark(world, C1=50)

    problem(await world.call("auditor", "GET", PATH, until=2), 404, "not-found")
    answers: list[httpx.Response] = [
        await world.call("auditor", "GET", PATH, since=2),
        await world.call("auditor", "GET", PATH, limit=1_001),
        await world.call("auditor", "GET", PATH, cursor="x"),
        await world.call("auditor", "GET", PATH, until=1, run=1),
        await world.call("auditor", "GET", PATH, run=1, cursor=encode(f"/v1{PATH}", 2, 0, 1)),
    ]
    assert [findings(problem(each, 422, "invalid"))[0] for each in answers] == [
        ("/query/since", "after-until"),
        ("/query/limit", "less-than-equal"),
        ("/query/cursor", "unknown-cursor"),
        ("/query/until", "with-a-run"),
        ("/query/cursor", "of-another-run"),
    ]


async def test_an_expert_is_shown_them_with_the_ranking(world: World) -> None:
    await mark(world, C1=50)
    problem(await world.call("expert", "GET", PATH), 409, "marks-outstanding")
    problem(await world.call("expert", "GET", PATH, until=9), 409, "marks-outstanding")

    await world.transition("closed")

    assert (await world.call("expert", "GET", PATH)).status_code == 200


Version = tuple[bool, bool, int]
versions = st.none() | st.tuples(st.booleans(), st.booleans(), st.integers(0, 4))
histories = st.integers(1, 4).flatmap(
    lambda n: st.lists(st.lists(versions, min_size=n, max_size=n), min_size=1, max_size=6)
)


@examples(200)
@given(histories)
def test_ranks_over_runs_are_those_of_each_run_by_itself(
    history: list[list[Version | None]],
) -> None:
    """A history has for each run and applicant (withdrawn, blocked, total), where one is new."""
    n = len(history[0])
    found = [
        (who, run, *version)
        for run, row in enumerate(history)
        for who, version in enumerate(row)
        if version is not None
    ]
    columns = np.array(found[::-1], np.int64).reshape(-1, 5).T
    totals = Totals(
        columns[0], columns[1], columns[2].astype(bool), columns[3].astype(bool), columns[4]
    )

    ranks, present = ranks_over(totals, range(len(history)), n)

    stands: dict[int, tuple[bool, int]] = {}
    ever: set[int] = set()
    for run, row in enumerate(history):
        for who, version in enumerate(row):
            if version is not None:
                stands.pop(who, None)
                if not version[0]:
                    stands[who] = version[1:]
        ever |= stands.keys()
        who_stands = sorted(stands)
        alone = rank(
            np.array([stands[who][1] for who in who_stands], np.int64),
            np.zeros(len(who_stands), np.int64),
            np.array([stands[who][0] for who in who_stands], np.bool_),
        ).rank.tolist()
        expected = dict.fromkeys(range(n), 0) | dict(zip(who_stands, alone, strict=True))
        assert dict(enumerate(ranks[run].tolist())) == expected
    assert np.flatnonzero(present).tolist() == sorted(ever)
