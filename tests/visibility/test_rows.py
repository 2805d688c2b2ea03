"""The tables asked as each principal: what a key does not reach is not there."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.app import ROLE, create_app
from api.http.access import ANY, admits
from api.http.context import Round, Tx
from api.http.route import GuardedRoute
from shared.access import service as keys
from shared.core.principal import Principal
from shared.database import Database, RowReach, rows
from shared.settings import Settings
from shared.visibility import rows_of
from tests.fixtures.http import key
from tests.fixtures.make import GRADE, RESIDENTS, ROUND, STATIONS, World, name

LATER = "R2027"
LIMITS: dict[str, dict[str, Any]] = {
    "no limit": {},
    "an applicant": {"applicants": ["C1"]},
    "two applicants": {"applicants": ["C1", "P1"]},
    "a measure": {"measures": [STATIONS]},
    "a round": {"rounds": [LATER]},
    "applicant and measure": {"applicants": ["C2"], "measures": [RESIDENTS]},
    "all three": {"applicants": ["C1"], "measures": [STATIONS], "rounds": [ROUND]},
    "an applicant who is not there": {"applicants": ["C9"]},
    "a round that is not there": {"rounds": ["R2028"]},
}
SUBMITTED = """
    SELECT round.code, applicant, measure FROM {table} JOIN round ON round.id = {table}.round
"""
RECEIVED = {
    "batch": "SELECT round, id FROM batch",
    "batch_part": "SELECT round, batch FROM batch_part",
    "batch_slice": "SELECT round, batch FROM batch_slice",
}
READS_ALL = re.compile(
    r"(?:held|gateway_of\(request\))\.database\b(?!\.(?:patience|note_|require_))"
)
UNLIMITED = {
    "batches/effects.py": "names of applicants",
    "batches/routes.py": "what becomes of a file's rows, of which the key reaches each",
    "diagnostics/routes.py": "how indicators behave, of whole cohorts",
    "explanations/routes.py": "whether an expert's own marks stand, with whichever key",
    "exports/routes.py": "whether an expert's own marks stand, with whichever key",
    "exports/scores.py": "scores, which are everybody's",
    "http/context.py": "what is limited there, rounds and frameworks",
    "http/integrity/signatures.py": "used nonces",
    "movements/pages.py": "ranks, which are everybody's",
    "movements/routes.py": "whether an expert's own marks stand, with whichever key",
    "proofs/routes.py": "scores, which are everybody's, and archives for keys without limits",
    "rankings/freshness.py": "when a run was",
    "rankings/instants.py": "which run was sealed when",
    "rankings/pages.py": "scores, which are everybody's",
    "rankings/routes.py": "scores, and whether an expert's own marks stand",
    "rounds/routes.py": "how indicators behave, of whole cohorts",
    "submissions/routes.py": "nothing: what several say is written together",
    "webhooks/routes.py": "a webhook of the key's own, to be tried out",
    "administration/forms.py": "how indicators behave, of whole cohorts",
    "coverage/reading.py": "scores, which are everybody's",
    "explained.py": "whether an expert's own marks stand, with whichever key",
    "movement/moves.py": "ranks, which are everybody's, and names",
    "movement/reading.py": "ranks, which are everybody's, and names",
    "parts/seen.py": "whether an expert's own marks stand, with whichever key",
    "ranking/reading.py": "scores, which are everybody's",
    "reports/routes.py": "nothing: what several say is written together",
    "scorecard/reading.py": "scores, and why they are so for whom the key reaches",
    "signing/routes.py": "sessions and links",
}
"""What of `api` and `web` asks the database past the limits of keys, and for what."""

COUNT = text("SELECT count(*) FROM submission")
ADD = text("""
    INSERT INTO submission (round, applicant, measure, reporter, kind, as_of, revision, status,
        number, request_id)
    VALUES (:round, 'C2', 'stations', 1, 'source', '2026-06-02', 1, 'reported', 1, 'r')
""")


@pytest.fixture
async def told(world: World, owner: Database) -> World:
    """Give two rounds in which several reporters said something of everybody, some of it held."""
    body = {
        "code": LATER,
        "framework": {"code": "small", "version": "1"},
        "title": name(LATER),
        "reference_date": "2026-06-30",
    }
    await world.call("admin", "POST", "/rounds", body)
    await world.call("admin", "POST", f"/rounds/{LATER}/transitions", {"to": "open"})
    world.headers["other"] = await key(owner, "source", "other")
    of = {"applicant": "P1", "measure": STATIONS}
    for role in ("source", "other"):
        for path in (f"/rounds/{ROUND}/submissions", f"/rounds/{LATER}/submissions"):
            items = [
                {"applicant": each, "measure": measure, "value": 5, "as_of": "2026-06-01"}
                for each in ("C1", "C2", "P1")
                for measure in (STATIONS, RESIDENTS)
            ]
            slice_ = {"measure": STATIONS, "as_of": "2026-06-01", "applicants": 3}
            pushed = {"items": items[::2], "slice": slice_}
            for file in ({"items": items}, pushed):
                answer = await world.call(role, "POST", f"{path}/batch", file)
                assert answer.status_code == 200, answer.text
            for value, moment in ((7, "2026-06-03"), (8, "2026-06-02")):
                late = {"as_of": "2026-06-02", "reported_at": f"{moment}T00:00:00Z", "value": value}
                assert (await world.call(role, "POST", path, of | late)).status_code == 201
    await world.submit("portal", "C1", GRADE, "A")
    for applicant in ("C1", "C2"):
        tie = f"/rounds/{ROUND}/conflicts/expert/{applicant}"
        answer = await world.call("expert", "PUT", tie, {"state": "declared", "reason": "kin"})
        assert answer.status_code == 200, answer.text
    return world


async def principal(owner: Database, header: dict[str, str]) -> Principal:
    """Return whom a key's header stands for."""
    async with owner.session() as session:
        found = await keys.authenticate(session, header["Authorization"].removeprefix("Bearer "))
    assert found
    return found


async def seen(database: Database, who: Principal, query: str) -> list[tuple[Any, ...]]:
    """Ask as routes do that read for *who*, but for everything."""
    async with database.within(rows_of(who)).reading() as session:
        return sorted(tuple(row) for row in await session.execute(text(query)))


async def test_a_session_sees_what_the_key_reaches_whatever_it_asks_for(
    told: World, owner: Database, database: Database
) -> None:
    """Of submissions, and of what is set aside, whoever said it; of receipts the reporter's own."""
    assert told.headers
    everything = await principal(owner, told.headers["auditor"])
    for limits in LIMITS.values():
        who = await principal(owner, await key(owner, "source", "source", **limits))
        for table in ("submission", "submission_aside"):
            query = SUBMITTED.format(table=table)
            whole = await seen(database, everything, query)
            assert len({code for code, *_ in whole}) == 2, table
            assert await seen(database, who, query) == [
                row
                for row in whole
                for round_, applicant, measure in [row]
                if applicant in limits.get("applicants", [applicant])
                and measure in limits.get("measures", [measure])
                and round_ in limits.get("rounds", [round_])
            ], (limits, table)
    for table, query in RECEIVED.items():
        whole = await seen(database, everything, query)
        for limits, part in (({}, 1), (LIMITS["an applicant"], 2), (LIMITS["a round"], 4)):
            who = await principal(owner, await key(owner, "source", "source", **limits))
            assert len(await seen(database, who, query)) * part == len(whole) > 0, (table, limits)
    who = await principal(owner, await key(owner, "auditor", "auditor", applicants=["C2", "P1"]))
    assert await seen(database, who, "SELECT applicant FROM conflict") == [("C2",)]


@pytest.fixture
async def single(url: str) -> AsyncIterator[Database]:
    """Give one connection with the gateway's rights."""
    async with Database(url, ROLE, 1) as database:
        yield database


async def counted(database: Database, reach: RowReach | None, way: str) -> tuple[int, int]:
    """Count submissions by one *way* into the database; return the backend that did, too."""
    async with getattr(database.within(reach), way)() as session:
        number = (await session.scalars(COUNT)).one()
        return (await session.scalars(text("SELECT pg_backend_pid()"))).one(), number


async def test_what_one_reader_is_limited_to_limits_nobody_after_it(
    told: World, single: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the same connection; one that could not be freed of its limits is used no more."""
    assert told.headers
    first, second = RowReach(frozenset({"C1"})), RowReach(measures=frozenset({GRADE}))
    backend, whole = await counted(single, None, "reading")
    for way in ("reading", "session", "snapshot"):
        part = await counted(single, first, way)
        assert part[0] == backend
        assert 1 < part[1] < whole
        assert await counted(single, second, way) == (backend, 1)
        assert await counted(single, None, way) == (backend, whole)

        with pytest.raises(DBAPIError):
            async with single.within(first).session() as session:
                await session.execute(text("SELECT 1 / 0"))
        assert await counted(single, None, way) == (backend, whole)

    monkeypatch.setattr(rows, "RESET", "SELECT pg_sleep(0) FROM nowhere")
    await counted(single, first, "reading")
    monkeypatch.undo()
    another, number = await counted(single, None, "reading")
    assert (another != backend, number) == (True, whole)

    async with single.within(first).reading() as session:
        await session.execute(text("BEGIN"))
    assert (await counted(single, None, "reading"))[0] != another

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), single.within(first).session() as session:
            await session.execute(text("SELECT pg_sleep(60)"))
    assert (await counted(single, None, "reading"))[1] == whole


async def test_a_limited_session_appends_nothing_for_others(
    round_id: int, database: Database
) -> None:
    """Were it not refused before: a row that it could not see, it cannot write."""
    for reach in (RowReach(frozenset({"C1"})), RowReach(rounds=frozenset({LATER}))):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with database.within(reach).session() as session:
                await session.execute(ADD, {"round": round_id})
        with pytest.raises(TypeError):
            database.within(reach).driver()
    async with database.within(RowReach(frozenset({"C2"}))).session() as session:
        await session.execute(ADD, {"round": round_id})


forgetful = APIRouter(prefix="/v1/rounds/{round}/forgetful", route_class=GuardedRoute)


@forgetful.get("")
@admits(*ANY)
async def everything(round: Round, tx: Tx) -> list[str]:  # noqa: A002
    """Forget whom it is for, and of which round."""
    assert round
    return list(await tx.scalars(text("SELECT DISTINCT applicant FROM submission ORDER BY 1")))


async def test_a_route_that_forgets_to_ask_tells_no_more(
    told: World, owner: Database, database: Database
) -> None:
    app = create_app(database, Settings())
    app.include_router(forgetful)
    limited = await key(owner, "portal", "county", applicants=["C1"])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway/v1"
    ) as client:
        answers = [
            (await client.get(f"/rounds/{ROUND}/forgetful", headers=headers)).json()
            for headers in (limited, told.headers["portal"], limited)
        ]

    assert answers == [["C1"], ["C1", "C2", "P1"], ["C1"]]


def test_whatever_asks_past_the_limits_of_keys_is_known(root: Path) -> None:
    """`Tx` and `database_of` give what the caller's key reaches; the rest says what it reads."""
    found = {
        str(file.relative_to(shell))
        for shell in (root / "api", root / "web")
        for file in shell.rglob("*.py")
        if READS_ALL.search(file.read_text("utf-8"))
    }

    assert found == set(UNLIMITED)
