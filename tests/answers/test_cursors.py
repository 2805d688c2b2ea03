"""Cursors lead through the one list that gave them out, and through no other."""

from typing import Any

from api.http.paging import encode
from tests.fixtures.http import SCORES, SUBMISSIONS, findings, problem
from tests.fixtures.make import ROUND, STATIONS, World, name

OTHER = "/rounds/R2027"
HISTORY = f"{SCORES}/{{}}/history"


FORGED: list[tuple[str, tuple[Any, ...]]] = [
    ("/applicants", ("\0",)),
    ("/applicants", ("\ud800",)),
    ("/applicants", (5,)),
    ("/applicants", ()),
    ("/frameworks", ("small",)),
    ("/frameworks", ("small", "\0")),
    ("/rounds", ("\0",)),
    (f"/rounds/{ROUND}/entries", ("\0",)),
    (f"/rounds/{ROUND}/runs", (10**30,)),
    (f"/rounds/{ROUND}/runs", (True,)),
    (f"/rounds/{ROUND}/runs", (1.5,)),
    (SUBMISSIONS, (10**30,)),
    (SUBMISSIONS, (-(10**30),)),
    (SCORES, (10**30, 0)),
    (SCORES, (0, -1)),
    (SCORES, (0,)),
    (f"{SCORES}/C1/history", (10**30,)),
]


async def test_a_forged_cursor_is_refused(world: World) -> None:
    for path, key in FORGED:
        answer = await world.call("admin", "GET", path, cursor=encode(f"/v1{path}", *key))
        assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/query/cursor", key
    for cursor in ("", "?", "é", "bnVsbA", "NQ", "e30", "W10", "WyJD", "a" * 501):
        for path in ("/applicants", SCORES):
            problem(await world.call("admin", "GET", path, cursor=cursor), 422, "invalid")


async def test_a_cursor_of_another_list_is_refused(world: World) -> None:
    """Its key would fit: a reader who mixed lists up would miss some of what it asked for."""
    for at in (1, 2):
        for code in ("C1", "C2"):
            await world.submit("source", code, STATIONS, at)
        await world.recompute()
    other_round = {
        "code": "R2027",
        "framework": {"code": "small", "version": "1"},
        "title": name("Round 2027"),
        "reference_date": "2027-06-30",
    }
    assert (await world.call("admin", "POST", "/rounds", other_round)).status_code == 201

    for given, others in (
        (HISTORY.format("C1"), (HISTORY.format("C2"), f"/rounds/{ROUND}/runs", "/keys")),
        (f"/rounds/{ROUND}/runs", (f"{OTHER}/runs", "/audit/events", HISTORY.format("C1"))),
        (f"/rounds/{ROUND}/entries", (f"{OTHER}/entries", "/applicants", "/rounds")),
        (SUBMISSIONS, (f"{OTHER}/submissions", f"/rounds/{ROUND}/batches")),
        (SCORES, (f"{OTHER}/scores", f"/rounds/{ROUND}/completeness")),
    ):
        first = await world.call("admin", "GET", given, limit=1)
        cursor = first.links["next"]["url"].split("cursor=")[1]
        assert (await world.call("admin", "GET", given, cursor=cursor)).status_code == 200
        for other in others:
            answer = await world.call("admin", "GET", other, cursor=cursor)
            found = findings(problem(answer, 422, "invalid"))
            assert found == [("/query/cursor", "unknown-cursor")], (given, other)


async def test_a_cursor_of_before_they_named_their_list_is_refused(world: World) -> None:
    for path, cursor in (("/applicants", "WyJDMSJd"), (SUBMISSIONS, "WzFd"), (SCORES, "WzEsIDFd")):
        answer = await world.call("admin", "GET", path, cursor=cursor)
        found = findings(problem(answer, 422, "invalid"))
        assert found == [("/query/cursor", "unknown-cursor")], path
