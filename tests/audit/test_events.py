"""The audit trail over HTTP: whatever changes something is in it, by the contract itself."""

import json
from collections import defaultdict
from typing import Any

import httpx
import pytest

from shared.database import Database
from shared.exports import service as exports
from tests.audit.test_noted_requests import held
from tests.contract.document import OPERATIONS
from tests.contract.player import Player
from tests.contract.scenario import ROUND, play
from tests.exports.reading import of_csv, of_json_lines
from tests.fixtures.ask import one
from tests.fixtures.http import key
from tests.fixtures.make import ROUND as SMALL
from tests.fixtures.make import World

EVENTS = "/v1/audit/events"
TRANSITION = "POST /v1/rounds/{round}/transitions"

RECORDED = {
    "POST /v1/applicants": {"applicant.registered"},
    "PATCH /v1/applicants/{code}": {"applicant.changed"},
    "POST /v1/frameworks": {"framework.registered"},
    "POST /v1/keys": {"key.created"},
    "DELETE /v1/keys/{key}": {"key.revoked"},
    "POST /v1/keys/{key}/rotation": {"key.created", "key.rotated"},
    "POST /v1/rounds": {"round.created"},
    TRANSITION: {"round.transition"},
    "PUT /v1/rounds/{round}/entries/{applicant}": {"entry.accepted", "entry.withdrawn"},
    "PUT /v1/rounds/{round}/conflicts/{expert}/{applicant}": {
        "conflict.declared",
        "conflict.lifted",
    },
    "POST /v1/rounds/{round}/checkpoints/{size}/cosignatures": {"checkpoint.witnessed"},
    "POST /v1/rounds/{round}/runs": {"round.recompute"},
    "POST /v1/rounds/{round}/sensitivity": {"operation.requested"},
    "DELETE /v1/rounds/{round}/operations/{operation}": {"operation.cancelled"},
    "POST /v1/rounds/{round}/submissions": {"submission.confirmed"},
    "POST /v1/rounds/{round}/submissions/{submission}/confirmation": {"submission.confirmed"},
    "POST /v1/webhooks": {"webhook.created"},
    "DELETE /v1/webhooks/{webhook}": {"webhook.deleted"},
    "POST /v1/webhooks/{webhook}/resumption": {"webhook.resumed"},
}
"""Under which actions an operation is in the trail; a submission only if it was confirmed."""

NOT_RECORDED = {
    "POST /v1/rounds/{round}/submissions/batch": "submissions and receipts are their own record",
    "PUT /v1/rounds/{round}/adjudications/{applicant}/{measure}": "it is a submission, with reason",
    "POST /v1/webhooks/{webhook}/test": "it delivers something, and changes nothing",
}


def test_whatever_operation_changes_something_is_known_to_be_recorded_or_why_not() -> None:
    """A new one is in the contract before it is in the tables above."""
    changing = {str(each) for each in OPERATIONS if each.method not in {"GET", "HEAD"}}

    assert set(RECORDED) ^ set(NOT_RECORDED) == changing


@pytest.fixture
def requests(client: httpx.AsyncClient) -> dict[str, str]:
    """Give the operation of each request, by its id, as they are answered."""
    noted: dict[str, str] = {}

    async def note(answer: httpx.Response) -> None:
        asked = answer.request
        for each in OPERATIONS:
            if each.matches(asked.method, asked.url.path):
                noted[answer.headers["x-request-id"]] = str(each)

    client.event_hooks = {"response": [note]}
    return noted


async def also_undo(player: Player) -> None:
    """Do what the scenario leaves out: take back, lift, cancel, insist, close and open again."""
    await player.send("portal", "PUT", f"{ROUND}/entries/210213", {"state": "withdrawn"})
    lifted = {"state": "lifted", "reason": "Advised another one."}
    await player.send("admin", "PUT", f"{ROUND}/conflicts/expert/210212", lifted)
    asked = await player.send("auditor", "POST", f"{ROUND}/sensitivity", {})
    await player.send("auditor", "DELETE", asked.headers["location"])
    value = {"applicant": "210212", "measure": "base_stations_5g", "as_of": "2026-10-31"}
    for insists in ({}, {"confirm": True}):
        slip = value | {"value": 61_800} | insists
        await player.send("source", "POST", f"{ROUND}/submissions", slip)
    await player.send("admin", "POST", f"{ROUND}/transitions", {"to": "closed"})
    again = {"to": "open", "reason": "A register came late."}
    await player.send("admin", "POST", f"{ROUND}/transitions", again)


async def trail(player: Player, **query: Any) -> list[dict[str, Any]]:
    """Return all events of a list, from page to page."""
    answer = await player.send("auditor", "GET", EVENTS, **query)
    found: list[dict[str, Any]] = answer.json()["items"]
    while (following := answer.json()["next"]) is not None:
        assert following.startswith(f"{EVENTS}?")
        asked: dict[str, Any] = dict(httpx.URL(following).params)
        answer = await player.send("auditor", "GET", EVENTS, **asked)
        found += answer.json()["items"]
    return found


async def key_of(player: Player, reporter: str) -> int:
    """Return the number of the first key of a *reporter*, which is named as its role."""
    keys = (await player.send("admin", "GET", "/v1/keys")).json()["items"]
    return min(int(each["id"]) for each in keys if each["name"] == reporter)


async def exported(player: Player, form: str, **query: Any) -> bytes:
    """Return the export of a list, in this format."""
    path = "/v1/audit/export/events"
    answer = await player.send("auditor", "GET", path, accept="*/*", format=form, **query)
    name = "2026-1-events" if "round" in query else "events"
    assert f'filename="{name}.{form}"' in answer.headers["content-disposition"]
    return answer.content


async def test_every_change_is_found_in_the_trail_by_the_request_that_made_it(
    client: httpx.AsyncClient,
    headers: dict[str, dict[str, str]],
    requests: dict[str, str],
    worker_database: Database,
    owner: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From page to page of the list as in an export, whose pages are short here, too."""
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 7)
    player = Player(client, headers)
    await play(player, worker_database)
    await also_undo(player)

    found = await trail(player, limit=7)

    recorded = defaultdict[str | None, set[str]](set)
    for event in found:
        recorded[requests.get(event["request_id"])].add(event["action"])
    before = recorded.pop(None)  # the fixture's keys
    assert dict(recorded) == RECORDED
    assert before == {"key.created"}
    numbers = [event["id"] for event in found]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) == await one(owner, "SELECT count(*) FROM audit_event")

    by = {"key": await key_of(player, "admin"), "role": "admin", "address": "127.0.0.1"}
    assert [event["detail"] for event in await trail(player, action="round.transition")] == [
        {"from": "closed", "to": "open", "reason": "A register came late.", "by": by},
        {"from": "open", "to": "closed", "reason": None, "by": by},
        {"from": "draft", "to": "open", "reason": "Announced on 1 November 2026", "by": by},
    ]
    for event in found:
        if event["action"] != "submission.confirmed" and event["request_id"] in requests:
            assert event["detail"]["by"] == by | {
                "key": await key_of(player, event["actor"]),
                "role": event["actor"],
            }
    assert await trail(player, action="key.", actor="admin") == [
        event for event in found if event["action"].startswith("key.") and event["actor"] == "admin"
    ]
    of_round = await trail(player, round="2026-1")
    assert of_round == [event for event in found if event["round"] == "2026-1"] != found
    since, until = found[9]["recorded_at"], found[4]["recorded_at"]
    assert await trail(player, since=since, until=until) == found[5:10]
    assert of_json_lines(await exported(player, "jsonl")) == found[::-1]
    (state, *_) = of_csv(await exported(player, "csv", round="2026-1", action="round.transition"))
    assert json.loads(state.pop("detail"))["reason"] == "Announced on 1 November 2026"
    assert (state["round"], state["request_id"] in requests) == ("2026-1", True)
    assert await trail(player, round="2027-1") == await trail(player, action="round.t") == []


async def test_a_refused_request_is_in_the_trail_of_who_is_told_all(
    world: World, owner: Database
) -> None:
    """So is whoever asks for the trail with a key that has a limit, or none at all."""
    world.headers["narrow"] = await key(owner, "auditor", "narrow", rounds=[SMALL])
    for role in ("narrow", "portal"):
        assert (await world.call(role, "GET", "/audit/events")).status_code == 403
    await world.client.get("/audit/events")
    await held(world.client).refusals.write()

    answer = await world.call("admin", "GET", "/audit/events", action="request.")

    found = answer.json()["items"]
    assert [(event["actor"], event["subject"]) for event in found] == [
        (None, "GET /v1/audit/events"),
        ("portal", "GET /v1/audit/events"),
        ("narrow", "GET /v1/audit/events"),
    ]
    assert [event["detail"]["status"] for event in found] == [401, 403, 403]
