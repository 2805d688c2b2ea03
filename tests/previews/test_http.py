"""Dry runs over HTTP: what a push would say and do, and that nothing comes of asking."""

import asyncio
from typing import Any

import httpx

from shared.database import Database
from shared.rounds import store as rounds
from tests.batches.test_http import BATCH, HEADER, LENIENT, row
from tests.fixtures.ask import one, rows
from tests.fixtures.http import findings, problem
from tests.fixtures.make import GRADE, MARK, RESIDENTS, ROUND, SCENES, STATIONS, World

LONG = 30  # seconds after which a test that waits has failed


async def push(
    world: World, *rows: Any, role: str = "source", prefer: str = "", dry: bool = False
) -> httpx.Response:
    """Send *rows* as one batch in JSON, or ask what would become of them."""
    headers = world.headers[role] | {"Prefer": prefer}
    params = {"dry_run": "true"} if dry else {}
    return await world.client.post(
        BATCH, json={"items": list(rows)}, headers=headers, params=params
    )


async def effect(world: World, *rows: Any, role: str = "source") -> dict[str, Any]:
    """Return what *rows* would move."""
    answer = await push(world, *rows, role=role, dry=True)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["effect"]
    return found


async def test_a_dry_run_says_what_stands_and_what_would_move(world: World) -> None:
    await push(world, row("C1", STATIONS, 10), row("C2", STATIONS, 4))

    answer = await push(world, row("C1", STATIONS, 10), row("C2", STATIONS, 20), dry=True)

    assert answer.status_code == 200
    assert "location" not in answer.headers
    document = answer.json()
    assert document["batch"] is None
    assert document["greatest_submission"] is None
    assert document["outcome"] == "all_committed"
    assert document["counts"] == {"created": 0, "revised": 1, "unchanged": 1, "rejected": 0}
    assert [(each["result"], each["stands"]) for each in document["items"]] == [
        ("unchanged", 10),
        ("revised", 4),
    ]
    name = {"zh": "C2", "en": "C2"}
    assert document["effect"] == {
        "totals": [
            {"applicant": "C2", "name": name, "before": 2.4, "after": 6},
            {"applicant": "C1", "name": {"zh": "C1", "en": "C1"}, "before": 6, "after": 3},
        ],
        "ranks": [
            {
                "applicant": "C1",
                "name": {"zh": "C1", "en": "C1"},
                "kind": "county",
                "before": 1,
                "after": 2,
            },
            {"applicant": "C2", "name": name, "kind": "county", "before": 2, "after": 1},
        ],
        "cohorts": [
            {"indicator": "A-1", "kind": "county", "edge": "best", "before": 10, "after": 20}
        ],
        "counts": {"totals": 2, "ranks": 2, "cohorts": 1},
    }


async def test_what_no_run_has_taken_in_yet_is_none_of_the_file_s_doing(world: World) -> None:
    await push(world, row("C1", STATIONS, 10))
    await world.recompute()
    await push(world, row("C2", STATIONS, 5))

    found = await effect(world, row("C2", STATIONS, 10))

    assert [(each["applicant"], each["before"], each["after"]) for each in found["totals"]] == [
        ("C2", 3, 6)
    ]


async def test_a_file_that_changes_nothing_moves_nothing(world: World) -> None:
    await push(world, row("C1", STATIONS, 10))

    found = await effect(world, row("C1", STATIONS, 10), row("C2", STATIONS, 3, "2026-07-01"))

    counts = {"totals": 0, "ranks": 0, "cohorts": 0}
    assert found == {"totals": [], "ranks": [], "cohorts": [], "counts": counts}


async def test_a_value_is_said_as_it_was_reported(world: World) -> None:
    said = [row("C1", GRADE, "B"), row("C1", SCENES, ["S2", "S1"])]
    await push(world, *said, role="portal")
    gone = row("C1", GRADE, None, "2026-06-02") | {"status": "withdrawn"}
    await push(world, row("C1", GRADE, "A", "2026-06-02"), role="portal")
    await push(world, gone, role="portal")

    answer = await push(world, *said, row("C1", GRADE, "C", "2026-06-02"), role="portal", dry=True)

    stands = [(each["result"], each["stands"]) for each in answer.json()["items"]]
    assert stands == [("unchanged", "B"), ("unchanged", ["S1", "S2"]), ("revised", None)]


async def test_a_bad_row_would_keep_the_whole_file_out_and_nothing_would_move(
    world: World,
) -> None:
    await push(world, row("P1", STATIONS, 9))
    file = [row("P1", STATIONS, 7), row("C9", STATIONS, 5), row("C2", STATIONS, 1.5)]

    answer = await push(world, *file, dry=True)

    document = problem(answer, 422, "batch-rejected")
    assert "rest" not in answer.links
    assert document["batch"] is None
    assert document["effect"]["counts"] == {"totals": 0, "ranks": 0, "cohorts": 0}
    then = problem(await push(world, *file), 422, "batch-rejected")
    for name in ("outcome", "counts", "errors", "detail"):
        assert document[name] == then[name]
    assert [each.pop("stands") for each in document["items"]] == [None, None]
    assert document["items"] == then["items"]


async def test_a_lenient_file_would_move_what_its_good_rows_do(world: World) -> None:
    file = [row("C1", STATIONS, 7), row("C9", STATIONS, 5)]
    headers = {"Prefer": f"{LENIENT}, return=minimal"}

    answer = await world.client.post(
        BATCH,
        json={"items": file},
        headers=world.headers["source"] | headers,
        params={"dry_run": "true"},
    )

    assert answer.status_code == 207
    assert answer.headers["preference-applied"] == headers["Prefer"]
    document = answer.json()
    assert document["outcome"] == "partial"
    assert [each["index"] for each in document["items"]] == [1]
    assert [each["applicant"] for each in document["effect"]["totals"]] == ["C1"]


async def test_a_file_in_any_format_is_looked_at(world: World) -> None:
    answer = await world.client.post(
        BATCH,
        content=f"{HEADER}\nC1,{STATIONS},5,2026-06-01\n",
        headers=world.headers["source"] | {"Content-Type": "text/csv"},
        params={"dry_run": "true"},
    )

    assert answer.json()["items"] == [
        {"index": 0, "line": 2, "result": "created", "id": None, "stands": None}
    ]


async def test_what_is_no_file_is_refused_as_ever(world: World) -> None:
    answer = await world.client.post(
        BATCH, json={"items": []}, headers=world.headers["source"], params={"dry_run": "true"}
    )

    assert findings(problem(answer, 422, "invalid")) == [("", "no-rows")]


async def test_a_round_that_takes_nothing_says_so(world: World) -> None:
    """Whether or not any row could be taken."""
    await world.transition("closed")

    for file in ([row("C1", STATIONS, 5)], [row("C1", STATIONS, -1)]):
        asked, pushed = [await push(world, *file, dry=dry) for dry in (True, False)]

        said = problem(asked, 409, "round-not-open")
        assert said["detail"] == problem(pushed, 409, "round-not-open")["detail"]


async def everything(owner: Database) -> dict[str, Any]:
    """Return how many rows each table has ever been given, and where each sequence is."""
    tables = await rows(
        owner,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'S')",
    )
    found = {}
    for (name,) in tables:
        kind = await one(owner, "SELECT relkind FROM pg_class WHERE oid = to_regclass(:n)", n=name)
        what = "(last_value, is_called)" if kind == b"S" else "count(*)"
        found[name] = await one(owner, f"SELECT {what}::text FROM {name}")  # noqa: S608
    return found


async def test_nothing_is_stored_and_no_id_is_spent(world: World, owner: Database) -> None:
    await push(world, row("C1", STATIONS, 10))
    await world.recompute()
    before = await everything(owner)
    assert before["submission"] == "1"
    assert before["submission_id_seq"] == "(1,t)"

    for file in ([row("C1", STATIONS, 11), row("C2", STATIONS, 1)], [row("C9", STATIONS, 1)]):
        for prefer in ("", LENIENT):
            await push(world, *file, prefer=prefer, dry=True)

    assert await everything(owner) == before
    assert not await world.recompute()


async def test_a_dry_run_waits_for_no_writer(world: World, owner: Database, round_id: int) -> None:
    await push(world, row("C1", STATIONS, 10))
    async with owner.session() as session:
        await rounds.hold_alone(session, round_id)
        async with asyncio.timeout(LONG):
            found = await effect(world, row("C1", STATIONS, 11))

    assert found["counts"]["totals"] == 0
    assert found["counts"]["cohorts"] == 1


async def test_a_round_in_which_nobody_takes_part_has_nothing_to_move(world: World) -> None:
    for code in ("C1", "C2", "P1"):
        await world.call("portal", "PUT", f"/rounds/{ROUND}/entries/{code}", {"state": "withdrawn"})

    answer = await push(world, row("C1", RESIDENTS, 5), dry=True)

    assert answer.json()["counts"]["created"] == 1
    assert answer.json()["effect"]["counts"] == {"totals": 0, "ranks": 0, "cohorts": 0}


async def test_an_expert_is_told_of_its_own_marks_and_nothing_that_moves_with_others(
    world: World,
) -> None:
    await world.submit("expert", "C1", MARK, 50)

    answer = await push(world, row("C1", MARK, 60), role="expert", dry=True)

    document = answer.json()
    assert [(each["result"], each["stands"]) for each in document["items"]] == [("revised", 50)]
    assert document["effect"] is None


async def test_an_expert_that_sees_the_ranking_sees_what_would_move(world: World) -> None:
    """It can read all that the others marked by then, and so learns nothing more."""
    for code in ("C1", "C2", "P1"):
        await world.submit("expert", code, MARK, 50)

    found = await effect(world, row("C1", MARK, 60), role="expert")

    assert [(each["before"], each["after"]) for each in found["totals"]] == [(2.5, 3)]
