"""Runs in this process: what they take in, what they write, and that nothing falls between."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bench import books
from shared.core.principal import Actor
from shared.database import Database, Session
from shared.rounds import entry_store
from shared.rounds import service as rounds
from shared.submissions.store import NewSubmission
from tests.fixtures.ask import execute, one, rows
from tests.fixtures.make import MARK, ROUND, STATIONS, World, name, worker_over
from tests.runs.histories import APPLICANTS, statements
from tests.submissions.saying import push
from tests.worker import gate

ADMIN = Actor("tests", "tests")
INPUT = "SELECT run, applicant, submissions FROM run_input ORDER BY run, applicant"
WRITTEN = "SELECT run, applicant, withdrawn FROM score_version ORDER BY run, applicant"
RUNS = "SELECT number, submissions, other_changes, cohort, scores_written FROM run ORDER BY number"

Entry = tuple[str, str]  # an applicant, and the state of its entry
Action = NewSubmission | Entry | int  # a run, by one worker or the other


async def require_order(owner: Database, worker_database: Database, round_id: int) -> None:
    """Require books in order, and the scores that a single run over everything comes to."""
    async with owner.session() as session:
        assert await books.offences(session, round_id) == {}
        twin = await books.twin(session, round_id, uuid.uuid4().hex)
    assert await worker_over(worker_database).run(twin, "twin")
    async with owner.session() as session:
        assert await books.scores(session, round_id) == await books.scores(session, twin)


async def another_round(owner: Database) -> tuple[int, str]:
    """Open a round of the same framework in which nobody takes part yet."""
    code = uuid.uuid4().hex
    await execute(
        owner,
        f"""
        INSERT INTO round (code, framework, title, reference_date, state)
        SELECT '{code}', framework, title, reference_date, state FROM round WHERE code = '{ROUND}'
        """,  # noqa: S608 -- both are ours
    )
    return await one(owner, "SELECT id FROM round WHERE code = :code", code=code), code


ACTIONS = st.lists(
    st.one_of(
        statements(),
        statements(),
        st.tuples(st.sampled_from(APPLICANTS), st.sampled_from(["accepted", "withdrawn"])),
        st.integers(0, 1),
    ),
    max_size=25,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(actions=ACTIONS)
@pytest.mark.usefixtures("world")
async def test_run_after_run_comes_to_what_a_single_run_would(
    owner: Database, database: Database, worker_database: Database, actions: list[Action]
) -> None:
    """A run reads only who changed, and what a worker knows of its last run not even once more.

    Whatever happened in whatever order, nobody sees it.
    """
    round_id, code = await another_round(owner)
    workers = worker_over(worker_database), worker_over(worker_database)
    for action in [*((each, "accepted") for each in APPLICANTS[:2]), *actions, 0]:
        if isinstance(action, int):
            await workers[action].run(round_id, code)
            continue
        if isinstance(action, NewSubmission):
            await push(database, round_id, action)
            continue
        async with database.session() as session:
            await rounds.enter(session, ADMIN, code, *action)

    await require_order(owner, worker_database, round_id)


async def fill(world: World) -> None:
    """Give everybody two values and run once."""
    for applicant, stations in (("C1", 100), ("C2", 50), ("P1", 10)):
        await world.submit("source", applicant, STATIONS, stations)
        await world.submit("expert", applicant, MARK, 60)
    assert await world.recompute()


async def written(owner: Database, run: int) -> list[str]:
    """Return whose scores a run wrote."""
    return [applicant for number, applicant, _ in await rows(owner, WRITTEN) if number == run]


async def test_only_the_scores_that_changed_are_written(world: World, owner: Database) -> None:
    await fill(world)

    await world.submit("expert", "C1", MARK, 80)
    assert await world.recompute()

    assert await written(owner, 1) == ["C1", "C2", "P1"]
    assert await written(owner, 2) == ["C1"]


async def test_a_new_best_changes_everybody_who_is_compared_with_it(
    world: World, owner: Database
) -> None:
    """Counties are compared with counties; the park is not."""
    await fill(world)

    await world.submit("source", "C1", STATIONS, 200)
    assert await world.recompute()

    assert await written(owner, 2) == ["C1", "C2"]


async def test_values_of_who_takes_no_part_are_kept_until_it_does(
    world: World, owner: Database
) -> None:
    body = {"code": "C9", "kind": "county", "name": name("C9"), "division": None}
    await world.call("admin", "POST", "/applicants", body)
    await fill(world)

    await world.submit("source", "C9", STATIONS, 400)
    assert await world.recompute()
    outside = await world.ranking()
    await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/C9")
    assert await world.recompute()
    inside = await world.ranking(cohort="county")

    assert outside["run"] == 2
    assert "C9" not in [item["applicant"] for item in outside["items"]]
    assert await written(owner, 2) == []
    assert inside["items"][0]["applicant"] == "C9"


async def test_who_takes_part_is_read_again_only_where_somebody_came_or_went(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And after a run of another worker, which may have taken that in."""
    asked, cohort = list[int](), entry_store.cohort

    async def asking(session: Session, round_id: int) -> tuple[list[str], list[str]]:
        asked.append(round_id)
        return await cohort(session, round_id)

    monkeypatch.setattr(entry_store, "cohort", asking)
    ours, other = (worker_over(world.worker_database) for _ in range(2))
    times = []
    for value, worker in enumerate((ours, ours, other, ours, ours)):
        await world.submit("source", "C1", STATIONS, value)
        assert await worker.sweep()
        times.append(len(asked))
    entry = f"/rounds/{ROUND}/entries/C1"
    await world.call("portal", "PUT", entry, {"state": "withdrawn"})
    assert await ours.sweep()

    assert times == [1, 1, 2, 3, 3]
    assert len(asked) == 4
    assert "C1" not in [item["applicant"] for item in (await world.ranking())["items"]]


async def test_who_leaves_has_no_score_until_it_comes_back(world: World, owner: Database) -> None:
    await fill(world)
    entry = f"/rounds/{ROUND}/entries/C1"

    await world.call("portal", "PUT", entry, {"state": "withdrawn"})
    assert await world.recompute()
    gone = await world.ranking(cohort="county")
    await world.call("portal", "PUT", entry, {"state": "accepted"})
    assert await world.recompute()
    back = await world.ranking(cohort="county")

    assert [item["applicant"] for item in gone["items"]] == ["C2"]
    assert gone["items"][0]["total"] > back["items"][1]["total"]  # it had become the best
    assert [item["applicant"] for item in back["items"]] == ["C1", "C2"]
    assert (2, "C1", True) in await rows(owner, WRITTEN)


async def test_a_round_without_anybody_in_it_is_run(
    world: World, owner: Database, database: Database
) -> None:
    await world.recompute()
    round_id, _ = await another_round(owner)
    async with database.session() as session:
        said = "INSERT INTO submission_change (round, applicant, request_id) VALUES (:r, 'C1', 'r')"
        await session.execute(text(said), {"r": round_id})

    assert await world.recompute()

    assert await one(owner, "SELECT cohort FROM run WHERE round = :round", round=round_id) == 0


@pytest.mark.parametrize("place", ["taking the changes", "writing scores"])
async def test_a_value_that_lands_in_the_middle_of_a_run_counts_from_the_next_on(
    place: str, world: World, owner: Database, round_id: int
) -> None:
    """Whether before or after the run reads: its scores rest on what it lists as its inputs."""
    await fill(world)
    await world.submit("expert", "C1", MARK, 70)
    async with gate.closed(owner, place):
        running = asyncio.create_task(world.recompute())
        await gate.reached(owner)
        await world.submit("expert", "C1", MARK, 90)
        await world.submit("expert", "C2", MARK, 80)
    assert await running

    async def marks() -> list[float]:
        cards = [await world.card(applicant) for applicant in ("C1", "C2")]
        return [card["lines"]["B-1"]["value"] for card in cards]

    assert await marks() == [70, 60]
    assert (await world.ranking())["state"] == "recomputing"
    assert await world.recompute()
    assert await marks() == [90, 80]
    await require_order(owner, world.worker_database, round_id)


async def test_a_run_names_what_it_took_in(world: World, owner: Database, round_id: int) -> None:
    await world.recompute()
    ids = [
        (await world.submit("source", applicant, STATIONS, value)).json()["id"]
        for applicant, value in (("C2", 1), ("C1", 2), ("C2", 3), ("C2", 3))
    ]
    await world.recompute()
    later = (await world.submit("source", "C2", STATIONS, 4)).json()["id"]
    await world.recompute()

    assert ids[2] == ids[3]  # unchanged
    assert await rows(owner, INPUT) == [
        *((2, "C1", [ids[1]]), (2, "C2", [ids[0], ids[2]]), (3, "C2", [later])),
    ]
    assert await rows(owner, RUNS) == [(1, 0, 3, 3, 3), (2, 3, 0, 3, 2), (3, 1, 0, 3, 2)]
    assert await one(owner, "SELECT request_ids[1] FROM run WHERE number = 3") != ""
    await require_order(owner, world.worker_database, round_id)


async def test_a_run_without_a_change_writes_nothing(world: World, owner: Database) -> None:
    await fill(world)
    before = await counts(owner)

    assert not await world.recompute()
    assert not await world.worker().run(1, ROUND)

    assert await counts(owner) == before


async def counts(owner: Database) -> Sequence[Any]:
    """Count the rows of what runs write."""
    return await rows(
        owner,
        "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM run_input),"
        " (SELECT count(*) FROM run_parameters), (SELECT count(*) FROM score_version)",
    )


async def test_each_round_numbers_its_own_runs(
    world: World, owner: Database, database: Database
) -> None:
    await fill(world)
    other, code = await another_round(owner)
    async with database.session() as session:
        await rounds.enter(session, ADMIN, code, "C1", "accepted")
    await world.submit("expert", "C1", MARK, 80)

    assert await world.recompute()

    assert await rows(owner, "SELECT number FROM run WHERE round = :round", round=other) == [(1,)]
    assert await one(owner, "SELECT max(number) FROM run") == 2
