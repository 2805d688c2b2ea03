"""Keys over HTTP: made, listed, rotated and revoked by an administrator."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.access.signing import written
from shared.database import Database
from tests.access.signed import pair
from tests.fixtures.ask import one, rows
from tests.fixtures.http import SCORES, SUBMISSIONS, findings, key, pages, problem
from tests.fixtures.make import ROUND, STATIONS, World

KEYS = "/keys"
NEW: dict[str, Any] = {"role": "source", "name": "counts"}


async def make(world: World, **more: Any) -> dict[str, Any]:
    """Make a key; return what was answered."""
    answer = await world.call("admin", "POST", KEYS, NEW | more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made: dict[str, Any] = answer.json()
    world.headers["made"] = {"Authorization": f"Bearer {made['key']}"}
    return made


async def test_a_key_that_was_made_opens_and_is_shown_once(world: World, owner: Database) -> None:
    made = await make(world)

    assert (await world.call("made", "GET", SUBMISSIONS)).status_code == 200
    (listed,) = [
        each for page in await pages(world, KEYS, "admin", reporter="counts") for each in page
    ]
    assert listed == {name: value for name, value in made.items() if name != "key"}
    kept = await rows(owner, "SELECT to_json(api_key)::text FROM api_key")
    assert made["key"] not in str(kept)
    event = "SELECT actor, detail ->> 'number' FROM audit_event WHERE subject = 'counts'"
    assert await rows(owner, event) == [("admin", str(made["id"]))]


async def test_the_limits_of_a_key_hold(world: World) -> None:
    await make(world, applicants=["C1"], measures=[STATIONS])

    assert (await world.submit("made", "C1", STATIONS, 5)).status_code == 201
    problem(await world.submit("made", "C2", STATIONS, 5), 403, "reporter-not-admitted")


async def test_limits_name_what_is_registered(world: World, owner: Database) -> None:
    wrong = {
        "applicants": ["C1", "C9"],
        "measures": ["nothing", STATIONS],
        "rounds": [ROUND, "R1999"],
        "expires_at": "2020-01-01T00:00:00Z",
        "signing_key": "AAAA",
    }

    answer = await world.call("admin", "POST", KEYS, NEW | wrong)

    assert set(findings(problem(answer, 422, "invalid"))) == {
        ("/applicants/1", "unknown-applicant"),
        ("/measures/0", "unknown-measure"),
        ("/rounds/1", "unknown-round"),
        ("/expires_at", "in-the-past"),
        ("/signing_key", "key-unusable"),
    }
    assert await one(owner, "SELECT count(*) FROM reporter WHERE name = 'counts'") == 0


@pytest.mark.parametrize("limit", [{"applicants": ["C1"]}, {"measures": []}, {"rounds": [ROUND]}])
async def test_a_key_with_limits_makes_none_that_reaches_further(
    world: World, owner: Database, limit: dict[str, list[str]]
) -> None:
    world.headers["narrow"] = await key(owner, "admin", "narrow", **limit)

    for method, path, body in (
        ("POST", KEYS, NEW),
        ("GET", KEYS, None),
        ("POST", f"{KEYS}/1/rotation", {}),
        ("DELETE", f"{KEYS}/1", None),
    ):
        problem(await world.call("narrow", method, path, body), 403, "forbidden")


async def test_a_name_with_another_role_is_refused(world: World) -> None:
    answer = await world.call("admin", "POST", KEYS, NEW | {"name": "expert"})

    assert problem(answer, 409, "name-taken")["role"] == "expert"


async def test_a_key_that_signs_is_made_over_http_too(world: World) -> None:
    private, public = pair()
    assert public == written(private.public_key())

    made = await make(world, signing_key=public)

    assert made["signing_key"] == public
    problem(await world.submit("made", "C1", STATIONS, 5), 401, "signature-missing")


async def test_a_revoked_key_opens_nothing_and_stays_revoked(world: World) -> None:
    made = await make(world)
    path = f"{KEYS}/{made['id']}"

    for _ in range(2):
        answer = await world.call("admin", "DELETE", path)
        assert (answer.status_code, answer.content) == (204, b"")

    problem(await world.call("made", "GET", "/rounds"), 401, "unauthorized")
    (ended,) = (await pages(world, KEYS, "admin", active=False))[0]
    assert (ended["id"], ended["active"], "key" in ended) == (made["id"], False, False)
    problem(await world.call("admin", "DELETE", f"{KEYS}/999"), 404, "not-found")


async def test_the_last_key_that_could_make_another_stays(world: World, owner: Database) -> None:
    """One with limits cannot, nor one that has ended."""
    await key(owner, "admin", "narrow", applicants=["C1"])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await key(owner, "admin", "ended", expires_at=yesterday)
    number = await one(owner, "SELECT min(id) FROM api_key")

    problem(await world.call("admin", "DELETE", f"{KEYS}/{number}"), 409, "last-admin-key")

    await key(owner, "admin", "second")
    assert (await world.call("admin", "DELETE", f"{KEYS}/{number}")).status_code == 204


async def test_of_two_administrators_who_revoke_each_other_at_once_one_stays(
    world: World, owner: Database
) -> None:
    world.headers["second"] = await key(owner, "admin", "second")
    (first,), (second,) = await rows(
        owner,
        "SELECT k.id FROM api_key k JOIN reporter r ON r.id = reporter"
        " WHERE role = 'admin' ORDER BY k.id",
    )

    await asyncio.gather(
        world.call("admin", "DELETE", f"{KEYS}/{second}"),
        world.call("second", "DELETE", f"{KEYS}/{first}"),
    )

    ended = "SELECT count(*) FROM api_key WHERE revoked_at IS NOT NULL"
    assert await one(owner, ended) == 1


async def test_a_key_is_followed_by_another_while_both_open(world: World) -> None:
    ends = "2127-01-31T00:00:00Z"
    old = await make(world, applicants=["C1"], rounds=[ROUND], expires_at=ends)
    world.headers["old"] = world.headers["made"]

    answer = await world.call(
        "admin", "POST", f"{KEYS}/{old['id']}/rotation", {"overlap_seconds": 3600}
    )

    new = answer.json()
    world.headers["new"] = {"Authorization": f"Bearer {new['key']}"}
    same = ("name", "role", "applicants", "measures", "rounds", "signing_key", "expires_at")
    assert {each: new[each] for each in same} == {each: old[each] for each in same}
    assert new["id"] != old["id"]
    for each in ("old", "new"):
        assert (await world.call(each, "GET", SCORES)).status_code == 200
    before, after = (await pages(world, KEYS, "admin", reporter="counts"))[0]
    left = datetime.fromisoformat(before["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert after["expires_at"] == ends


async def test_without_an_overlap_the_old_key_ends_at_once(world: World) -> None:
    old = await make(world)
    rotation = f"{KEYS}/{old['id']}/rotation"

    answer = await world.call("admin", "POST", rotation, {"overlap_seconds": 0})

    assert answer.status_code == 201
    problem(await world.call("made", "GET", "/rounds"), 401, "unauthorized")
    problem(await world.call("admin", "POST", rotation, {}), 409, "key-ended")


async def test_a_rotation_does_not_put_off_an_end(world: World) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    old = await make(world, expires_at=soon)

    later = {"overlap_seconds": 3600, "expires_at": "2127-01-31T00:00:00Z"}
    await world.call("admin", "POST", f"{KEYS}/{old['id']}/rotation", later)

    before, after = (await pages(world, KEYS, "admin", reporter="counts"))[0]
    assert before["expires_at"] == old["expires_at"]
    assert after["expires_at"] == later["expires_at"]


async def test_keys_are_listed_by_role_reporter_and_whether_they_open(world: World) -> None:
    for name in ("a", "b", "a"):
        made = await make(world, name=name)
    await world.call("admin", "DELETE", f"{KEYS}/{made['id']}")

    async def names(query: str) -> list[list[str]]:
        found, path = list[list[str]](), f"/v1{KEYS}?limit=2&{query}"
        while path:
            answer = await world.client.get(f"http://gateway{path}", headers=world.headers["admin"])
            found.append([each["name"] for each in answer.json()["items"]])
            path = answer.links.get("next", {}).get("url", "")
        return found

    assert await names("role=source") == [["source", "a"], ["b", "a"]]
    assert await names("reporter=a") == [["a", "a"]]
    assert await names("role=source&active=true") == [["source", "a"], ["b"]]
    assert await names("active=false") == [["a"]]


async def test_a_repetition_shows_the_key_again_to_who_made_it_alone(
    world: World, owner: Database
) -> None:
    """Whoever reads the table of answers learns no key."""
    world.headers["second"] = await key(owner, "admin", "admin")

    async def send(role: str, more: dict[str, Any]) -> httpx.Response:
        headers = world.headers[role] | {"Idempotency-Key": "k"}
        return await world.client.post(KEYS, json=NEW | more, headers=headers)

    first, again, other = await send("admin", {}), await send("admin", {}), await send("second", {})

    assert again.content == first.content
    assert again.headers["cache-control"] == "no-store"
    assert again.headers["content-length"] == first.headers["content-length"]
    problem(other, 422, "idempotency-key-reused")
    assert await one(owner, "SELECT count(*) FROM api_key WHERE id > 6") == 1
    (kept,) = await rows(owner, "SELECT body FROM idempotency_key")
    assert len(kept[0]) > 100
