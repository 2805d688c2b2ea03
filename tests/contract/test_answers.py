"""What the service answers is what the contract says, down to the example."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from api.app import create_app
from api.http.bodies import SMALL
from api.http.headers import HEADERS
from shared.batches.limits import MOST_ROWS
from shared.database import Database
from shared.frameworks.yaml_document import parse
from shared.reference import framework_text
from shared.rounds import store as rounds
from shared.settings import Settings
from shared.webhooks.service import MOST_OF_A_KEY
from tests.contract.document import EXAMPLES, JSON, OPERATIONS
from tests.contract.player import OF_THE_BODY, Player
from tests.contract.scenario import ROUND, beyond_its_quota, play
from tests.contract.strangers import refused_signatures, refused_tokens
from tests.fixtures.sockets import GET, problem, serving

APPLICANTS = "/v1/applicants"
SUBMISSIONS = f"{ROUND}/submissions"
OWN_TEXT = re.compile(r"20\d\d-\d\d-\d\dT.*Z|expert-[A-Z2-7]{8}|pz_\w+|whsec_.+")
OWN = {
    *("duration_ms", "read_ms", "compute_ms", "write_ms", "worker"),
    *("request_id", "request_ids", "retry_after"),
    *("salt", "card", "path", "proof", "manifest", "checkpoint", "note", "keys"),
}
"""What differs from one run of the scenario to the next, beside moments, pseudonyms and keys."""


def settled(answer: Any) -> Any:
    """Return *answer* without what differs each time."""
    if isinstance(answer, dict):
        return {key: "…" if key in OWN else settled(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [settled(each) for each in answer]
    return "…" if isinstance(answer, str) and OWN_TEXT.fullmatch(answer) else answer


@pytest.fixture
def player(client: httpx.AsyncClient, headers: dict[str, dict[str, str]]) -> Player:
    """Give a player on an empty database."""
    return Player(client, headers)


async def test_every_example_is_what_the_service_answers(
    player: Player, worker_database: Database
) -> None:
    """Who tries an example sees what was promised; every answer on the way keeps the contract."""
    await play(player, worker_database)

    examples = {key: each["response"] for key, each in EXAMPLES.items() if "response" in each}
    assert settled(player.answers) == settled(examples)


def test_every_operation_with_a_json_answer_has_an_example() -> None:
    """So the scenario above, which plays all examples, leaves no operation out."""
    answering = {
        str(each)
        for each in OPERATIONS
        if any(
            JSON in said.get("content", ())
            for status, said in each.responses.items()
            if status < 300
        )
    }

    assert {key for key in EXAMPLES if not key.startswith("/problems/")} == answering


async def test_the_example_of_metrics_is_part_of_what_an_idle_gateway_answers(
    player: Player,
) -> None:
    (operation,) = (each for each in OPERATIONS if each.path == "/metrics")
    example = operation.responses[200]["content"]["text/plain"]["example"]

    answer = await player.send(None, "GET", "/metrics", accept="text/plain")

    assert example.endswith("\n")
    assert example in answer.text


async def refusals(player: Player) -> None:
    """Earn one problem of each type that a client can cause, after the scenario was played."""
    await player.refused("unauthorized", None, "GET", "/v1/rounds")
    await player.refused("not-found", "portal", "GET", f"{APPLICANTS}/210299")

    named = f"{APPLICANTS}/210213", {"division": None}
    await player.refused("precondition-required", "portal", "PATCH", *named)
    stale = (("If-Match", '"of before"'),)
    await player.refused("precondition-failed", "portal", "PATCH", *named, more_headers=stale)

    network, applicant, round_, value = (
        EXAMPLES[key]["request"]
        for key in (
            "POST /v1/frameworks",
            "POST /v1/applicants",
            "POST /v1/rounds",
            "POST /v1/rounds/{round}/submissions",
        )
    )
    await player.refused("forbidden", "source", "POST", "/v1/rounds", round_)
    await player.refused(
        "framework-invalid", "admin", "POST", "/v1/frameworks", network | {"points": 18}
    )
    await player.refused(
        "framework-differs", "admin", "POST", "/v1/frameworks", network | {"precision": 2}
    )
    await player.refused(
        "invalid", "portal", "POST", APPLICANTS, applicant | {"kind": "city", "districts": 2}
    )
    await player.refused(
        "applicant-differs", "portal", "POST", APPLICANTS, applicant | {"kind": "park"}
    )
    await player.refused(
        "round-differs", "admin", "POST", "/v1/rounds", round_ | {"reference_date": "2026-12-31"}
    )
    await player.refused("submission-refused", "source", "POST", SUBMISSIONS, value | {"value": -1})
    await player.refused("reporter-not-admitted", "expert", "POST", SUBMISSIONS, value)
    late = value | {"value": 1, "expected_revision": 7}
    await player.refused("stale-revision", "source", "POST", SUBMISSIONS, late)
    await with_a_key(player, value)
    again, why = f"{SUBMISSIONS}/1/confirmation", {"reason": "It is right."}
    await player.refused("not-held", "admin", "POST", again, why)
    await player.refused("malformed-body", "source", "POST", SUBMISSIONS, content=b'{"value": NaN}')
    await player.refused(
        "unsupported-media-type",
        "source",
        "POST",
        SUBMISSIONS,
        content=b"value=612",
        media_type="application/x-www-form-urlencoded",
    )
    await player.refused(
        "malformed-request",
        "source",
        "POST",
        SUBMISSIONS,
        value,
        more_headers=(("Host", "gateway"), ("Host", "elsewhere")),
    )
    await player.refused("body-too-large", "source", "POST", SUBMISSIONS, content=bytes(SMALL + 1))

    await refused_files(player, value)
    await refused_keys(player)

    mark = value | {"measure": "dedicated_policy", "value": 80}
    await player.refused("conflict-of-interest", "expert", "POST", SUBMISSIONS, mark)
    await refused_after_sight(player, round_, mark | {"value": 82})
    await player.refused("marks-outstanding", "expert", "GET", f"{ROUND}/scores/210213")
    await player.send("admin", "POST", "/v1/rounds", round_ | {"code": "2027-1"})
    unscored = "/v1/rounds/2027-1/sensitivity"
    await player.refused("round-not-scored", "auditor", "POST", unscored, {})
    for _ in range(3):
        await player.send("auditor", "POST", f"{ROUND}/sensitivity", {})
    await player.refused("too-many-operations", "auditor", "POST", f"{ROUND}/sensitivity", {})
    another = EXAMPLES["POST /v1/webhooks"]["request"]
    for _ in range(MOST_OF_A_KEY - 1):
        await player.send("portal", "POST", "/v1/webhooks", another)
    await player.refused("too-many-webhooks", "portal", "POST", "/v1/webhooks", another)

    await player.send("admin", "POST", f"{ROUND}/transitions", {"to": "closed"})
    await player.refused("round-not-open", "source", "POST", SUBMISSIONS, value)
    await player.refused(
        "transition-not-allowed", "admin", "POST", f"{ROUND}/transitions", {"to": "draft"}
    )


async def refused_keys(player: Player) -> None:
    """Ask for keys that cannot be, or must stay."""
    taken = EXAMPLES["POST /v1/keys"]["request"] | {"name": "expert"}
    await player.refused("name-taken", "admin", "POST", "/v1/keys", taken)
    await player.refused("last-admin-key", "admin", "DELETE", "/v1/keys/1")
    await player.refused("key-ended", "admin", "POST", "/v1/keys/7/rotation", {})


async def with_a_key(player: Player, value: Any) -> None:
    """Send a value once, again, and another with the same key; then with what is no key."""
    key = (("Idempotency-Key", '"8e03978e-40d5-43dd-bc93-6894a57f9324"'),)
    for _ in range(2):
        await player.send("source", "POST", SUBMISSIONS, value, more_headers=key)
    other = value | {"value": 613}
    await player.refused(
        "idempotency-key-reused", "source", "POST", SUBMISSIONS, other, more_headers=key
    )
    none = (("Idempotency-Key", "two words"),)
    await player.refused(
        "malformed-idempotency-key", "source", "POST", SUBMISSIONS, value, more_headers=none
    )


async def refused_files(player: Player, value: Any) -> None:
    """Push files that nothing is stored of."""
    batch = f"{SUBMISSIONS}/batch"
    rows = {"items": [value, value | {"applicant": "210213", "value": 1.5}]}
    await player.refused("batch-rejected", "source", "POST", batch, rows)
    lenient = (("Prefer", "handling=lenient"),)
    answer = await player.send("source", "POST", batch, rows, more_headers=lenient)
    assert answer.status_code == 207
    await player.refused("file-unreadable", "source", "POST", batch, content=b'{"items":\n,]}')
    many = b"{}\n" * (MOST_ROWS + 1)
    await player.refused(
        "too-many-rows", "source", "POST", batch, content=many, media_type="application/jsonl"
    )


async def refusals_of_the_connection(player: Player) -> None:
    """Earn what a client is told whose request never becomes one."""
    async with serving(create_app(Database("")), head_timeout="PT0.2S") as served:
        client = await served.connect()
        await client.say(GET + b"Cookie: " + b"x" * 40_000)
        document = problem(await client.rest(), 431, "head-too-large")
        player.answers[document["type"]] = document
        client = await served.connect()
        await client.say(GET)
        document = problem(await client.rest(), 408, "request-too-slow")
        player.answers[document["type"]] = document


async def refused_after_sight(player: Player, round_: Any, mark: Any) -> None:
    """Open a round whose panel refuses, settle a mark, and let the expert change its own."""
    document = parse(framework_text()) | {"version": "refusing"}
    document["measures"][mark["measure"]]["panel"] = {"after_sight": "refuse"}
    await player.send("admin", "POST", "/v1/frameworks", document)
    named = {"code": document["code"], "version": "refusing"}
    strict = "/v1/rounds/2026-2"
    await player.send(
        "admin", "POST", "/v1/rounds", round_ | {"code": "2026-2", "framework": named}
    )
    await player.send("admin", "POST", f"{strict}/transitions", {"to": "open"})
    await player.send("expert", "POST", f"{strict}/submissions", mark | {"value": 80})
    settled = f"{strict}/adjudications/{mark['applicant']}/{mark['measure']}"
    await player.send("admin", "PUT", settled, {"value": 85, "reason": "heard the panel"})
    await player.refused("revised-after-sight", "expert", "POST", f"{strict}/submissions", mark)


async def fail(player: Player, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the service fail by itself, then for want of its database."""

    async def fault(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(rounds, "page", fault)
    await player.refused("internal-server-error", "auditor", "GET", "/v1/rounds")

    nowhere = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    app = create_app(Database("").over(nowhere), Settings())
    player.client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
    async with player.client:
        await player.refused("unavailable", "auditor", "GET", "/v1/rounds")
    await nowhere.dispose()


async def test_every_problem_is_what_the_service_answers(
    player: Player,
    worker_database: Database,
    owner: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """A form can be built on the examples of the problems: their pointers and codes are real.

    Every answer on the way sends the headers that the contract names and no others; by the end
    each was sent.
    """
    await play(player, worker_database)
    player.answers.clear()
    await refused_signatures(player, owner)
    await refused_tokens(player, tmp_path)
    await beyond_its_quota(player, owner)
    await refusals(player)
    await refusals_of_the_connection(player)
    await fail(player, monkeypatch)

    examples = {key: each for key, each in EXAMPLES.items() if key.startswith("/problems/")}
    assert settled(player.answers) == settled(examples)
    assert player.sent - OF_THE_BODY == set(map(str.lower, HEADERS))
