"""Keys over HTTP: who is let in, and how far."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import text

from shared.access import service as keys
from shared.core.errors import NameTaken
from shared.core.principal import Actor
from shared.database import Database
from tests.fixtures.http import SCORES, SUBMISSIONS, findings, gateway, key, pages, problem, stored
from tests.fixtures.make import MARK, RESIDENTS, ROUND, SCENES, STATIONS, World, framework, name


async def get(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    """Read the applicants with these headers."""
    return await client.get("/applicants", headers=headers)


OF_NO_USE = ["Bearer pz_unknown", "Bearer é"]
NO_KEY = ["", "Bearer", "Bearer ", "Basic dXNlcjpw", "pz_unknown", *OF_NO_USE]


async def test_without_a_valid_key_nothing_is_said(client: httpx.AsyncClient) -> None:
    for given in NO_KEY:
        answer = await client.get("/applicants", headers={b"Authorization": given.encode()})
        problem(answer, 401, "unauthorized")
        no_use = 'Bearer error="invalid_token"' if given in OF_NO_USE else "Bearer"
        assert answer.headers["www-authenticate"] == no_use
    problem(await client.get("/applicants"), 401, "unauthorized")


async def test_without_a_key_nobody_learns_what_exists(world: World) -> None:
    """A path that leads nowhere is refused like one that leads somewhere."""
    for path in (SCORES, "/rounds/R1999/scores", "/applicants/C1", "/applicants/C9"):
        problem(await world.client.get(path), 401, "unauthorized")
    for path in (SUBMISSIONS, "/rounds/R1999/submissions", f"{SUBMISSIONS}/batch"):
        problem(await world.client.post(path, json={}), 401, "unauthorized")


async def test_a_key_is_shown_once_and_stored_hashed(owner: Database) -> None:
    header = (await key(owner, "source", "statistics"))["Authorization"]
    secret = header.removeprefix("Bearer ")
    async with owner.session() as session:
        rows = (await session.scalars(text("SELECT to_json(api_key)::text FROM api_key"))).all()
    assert len(secret) > 40
    assert secret not in "".join(rows)
    assert keys.fingerprint(secret).hex() in "".join(rows)


async def test_the_audit_trail_says_how_far_a_key_reaches_and_when_it_ends(
    owner: Database,
) -> None:
    ends = datetime(2127, 1, 31, tzinfo=UTC)
    await key(owner, "source", "narrow", applicants=["C1"], measures=[STATIONS], expires_at=ends)
    await key(owner, "source", "wide")

    async with owner.session() as session:
        query = text("SELECT detail FROM audit_event WHERE action = 'key.created' ORDER BY id")
        narrow, wide = (await session.scalars(query)).all()

    limits = {"applicants": ["C1"], "measures": [STATIONS], "expires_at": ends.isoformat()}
    assert {name: narrow[name] for name in limits} == limits
    assert {name: wide[name] for name in limits} == dict.fromkeys(limits)


async def test_an_expired_key_opens_nothing(client: httpx.AsyncClient, owner: Database) -> None:
    now = datetime.now(UTC)
    past = await key(owner, "source", "past", expires_at=now - timedelta(seconds=1))
    future = await key(owner, "source", "future", expires_at=now + timedelta(days=1))
    problem(await get(client, **past), 401, "unauthorized")
    assert (await get(client, **future)).status_code == 200


class Clock:
    """A clock that goes on when told to."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now = 0.0

    def monotonic(self) -> float:
        """Return seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock by which a gateway forgets keys."""
    clock = Clock()
    monkeypatch.setattr("shared.access.remembered.time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


async def test_a_revoked_key_is_admitted_no_longer_than_the_setting_says(
    database: Database, owner: Database, clock: Clock
) -> None:
    async with gateway(database, key_cache=timedelta(seconds=5)) as client:
        header = await key(owner, "source", "statistics")
        assert (await get(client, **header)).status_code == 200

        async with owner.session() as session:
            assert await keys.revoke(session, Actor("tests", "tests"), "statistics") == 1

        clock.now = 4.9
        assert (await get(client, **header)).status_code == 200
        clock.now = 5
        problem(await get(client, **header), 401, "unauthorized")


async def test_a_key_that_follows_another_opens_at_once(
    client: httpx.AsyncClient, owner: Database
) -> None:
    """What opens nothing is not remembered, and each key of a reporter stands for itself."""
    first = await key(owner, "source", "statistics")
    async with owner.session() as session:
        await keys.revoke(session, Actor("tests", "tests"), "statistics")
    problem(await get(client, **first), 401, "unauthorized")

    second = await key(owner, "source", "statistics")

    assert (await get(client, **second)).status_code == 200
    problem(await get(client, **first), 401, "unauthorized")


async def test_a_name_belongs_to_one_role(owner: Database) -> None:
    await key(owner, "source", "statistics")
    with pytest.raises(NameTaken):
        await key(owner, "admin", "statistics")


ADMITTED = {
    ("POST", "/frameworks"): {"admin"},
    ("POST", "/rounds"): {"admin"},
    ("POST", f"/rounds/{ROUND}/transitions"): {"admin"},
    ("POST", "/applicants"): {"admin", "portal"},
    ("PATCH", "/applicants/C1"): {"admin", "portal"},
    ("PUT", f"/rounds/{ROUND}/entries/C1"): {"admin", "portal"},
    ("POST", SUBMISSIONS): {"source", "portal", "expert"},
    ("POST", f"{SUBMISSIONS}/batch"): {"source", "portal", "expert"},
}


async def test_each_role_writes_what_is_its_own(world: World) -> None:
    """A body that is no good tells the two apart: 400 and 422 are behind the door."""
    for (method, path), roles in ADMITTED.items():
        for role in world.headers:
            answer = await world.call(role, method, path, {"unknown": 1})
            assert answer.status_code in ({400, 422} if role in roles else {403}), (role, path)
            if role not in roles:
                assert problem(answer, 403, "forbidden")["role"] == role


async def test_every_role_reads(world: World) -> None:
    for path in (
        "/frameworks",
        "/frameworks/small/1",
        "/applicants",
        "/applicants/C1",
        "/rounds",
        f"/rounds/{ROUND}",
        f"/rounds/{ROUND}/entries",
        f"/rounds/{ROUND}/runs",
        SUBMISSIONS,
        SCORES,
        f"/rounds/{ROUND}/movements",
    ):
        for role in world.headers:
            answer = await world.call(role, "GET", path)
            if role == "expert" and path in (
                SCORES,
                f"/rounds/{ROUND}/movements",
            ):  # it has yet to mark somebody
                problem(answer, 409, "marks-outstanding")
            else:
                assert answer.status_code == 200, (role, path)


async def test_a_key_of_some_applicants_and_measures_reaches_no_others(
    world: World, owner: Database
) -> None:
    limits = {"applicants": ["C1"], "measures": [STATIONS]}
    await world.submit("source", "C2", STATIONS, 1)
    await world.submit("source", "C1", RESIDENTS, 1)
    world.headers["source"] = await key(owner, "source", "narrow", **limits)

    own = await world.submit("source", "C1", STATIONS, 5)
    other_applicant = await world.submit("source", "C2", STATIONS, 5)
    other_measure = await world.submit("source", "C1", RESIDENTS, 5)
    unknown = await world.submit("source", "C9", STATIONS, 5)

    assert own.status_code == 201
    for answer, finding in (
        (other_applicant, ("/applicant", "applicant-not-reached")),
        (other_measure, ("/measure", "measure-not-reached")),
        (unknown, ("/applicant", "applicant-not-reached")),
    ):
        assert findings(problem(answer, 403, "reporter-not-admitted")) == [finding]
    assert [each["id"] for each in await stored(world, "source")] == [own.json()["id"]]
    assert len(await stored(world)) == 3


async def test_the_limits_of_a_key_hold_for_each_row_of_a_batch(
    world: World, owner: Database
) -> None:
    world.headers["source"] = await key(owner, "source", "narrow", applicants=["C1"])
    rows = [
        {"applicant": code, "measure": STATIONS, "value": 5, "as_of": "2026-06-01"}
        for code in ("C2", "C1")
    ]

    answer = await world.call("source", "POST", f"{SUBMISSIONS}/batch", {"items": rows})

    document = problem(answer, 422, "batch-rejected")
    assert findings(document) == [("/items/0/applicant", "applicant-not-reached")]


async def test_a_key_that_reaches_nothing_reaches_nothing(world: World, owner: Database) -> None:
    await world.submit("source", "C1", STATIONS, 1)
    world.headers["source"] = await key(owner, "source", "none", applicants=[])
    answer = await world.submit("source", "C1", STATIONS, 5)
    problem(answer, 403, "reporter-not-admitted")
    assert await stored(world, "source") == []


async def test_each_kind_of_reporter_reports_its_own_measures(world: World) -> None:
    for role, measure, value in (
        ("source", MARK, 50),
        ("source", SCENES, ["S1"]),
        ("portal", MARK, 50),
        ("portal", RESIDENTS, 50),
        ("expert", STATIONS, 50),
    ):
        answer = await world.submit(role, "C1", measure, value)
        found = findings(problem(answer, 403, "reporter-not-admitted"))
        assert found == [("/measure", "reporter-not-admitted")]
    assert await stored(world) == []


async def test_an_expert_reads_marks_alone_and_others_beside_its_own(
    world: World, owner: Database
) -> None:
    await world.submit("source", "C1", STATIONS, 100)
    await world.submit("expert", "C1", MARK, 60)
    world.headers["second"] = await key(owner, "expert", "second")
    await world.submit("second", "C1", MARK, 70)
    await world.submit("second", "C2", MARK, 75)

    assert [each["value"] for each in await stored(world, "expert")] == [60, 70]
    assert [each["value"] for each in await stored(world, "second")] == [60, 70, 75]
    assert await stored(world, "expert", applicant="C2") == []
    for role in ("admin", "auditor"):
        assert [each["value"] for each in await stored(world, role)] == [100, 60, 70, 75]


async def test_two_keys_of_one_reporter_speak_with_one_voice(world: World, owner: Database) -> None:
    world.headers["first"] = await key(owner, "source", "statistics")
    world.headers["second"] = await key(owner, "source", "statistics")
    await world.submit("first", "C1", STATIONS, 5)
    assert (await world.submit("second", "C1", STATIONS, 5)).json()["result"] == "unchanged"


async def test_what_administrators_do_does_not_need_a_restart(world: World) -> None:
    """A framework, a round and an applicant of this moment are known to the next request."""
    await world.call("admin", "POST", "/frameworks", framework("2"))
    body = {"code": "N1", "kind": "park", "name": name("N1"), "division": None}
    await world.call("portal", "POST", "/applicants", body)
    assert [len(page) for page in await pages(world, "/frameworks")] == [2]
    assert (await world.submit("source", "N1", STATIONS, 1)).status_code == 201
