"""One round from its framework to its second run, played with the contract's own examples."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from shared.core.quota import Quota
from shared.database import Database
from shared.frameworks.yaml_document import parse
from shared.reference import framework_text
from shared.webhooks.courier import Courier
from shared.webhooks.model import Answer, Patience
from shared.webhooks.sending import Sender
from tests.contract.document import EXAMPLES
from tests.contract.player import GATEWAY, Player, conforms
from tests.fixtures.http import key
from tests.fixtures.make import worker_over
from tests.seals.sealing import SIGNER, WITNESSED_BY, cosigned, sealed
from worker.loop import Bell
from worker.operations import Operator

ROUND = "/v1/rounds/2026-1"
NEIGHBOURS = (
    {
        "code": "210213",
        "kind": "county",
        "name": {"zh": "金州区", "en": "Jinzhou District"},
        "division": "210200",
    },
    {
        "code": "210212-P1",
        "kind": "park",
        "name": {"zh": "旅顺经济开发区", "en": "Lüshun Economic Development Zone"},
        "division": "210212",
    },
)


async def register(player: Player) -> None:
    """Ask what needs no key, and register framework and applicants."""
    await player.replay(None, "GET /health/live")
    await player.replay(None, "GET /health/ready")
    await player.replay(None, "GET /problems/{slug}")

    await player.replay("admin", "POST /v1/frameworks")
    await player.send("admin", "POST", "/v1/frameworks", parse(framework_text()))
    await player.replay("auditor", "GET /v1/frameworks")
    await player.replay("portal", "GET /v1/frameworks/{code}/{version}")

    await player.replay("portal", "POST /v1/applicants")
    for each in NEIGHBOURS:
        await player.send("admin", "POST", "/v1/applicants", each)
    await player.replay("portal", "PATCH /v1/applicants/{code}", more_headers=(("If-Match", "*"),))
    await player.replay("portal", "GET /v1/applicants", kind="county")
    await player.replay("portal", "GET /v1/applicants/{code}")


async def play(player: Player, worker_database: Database) -> None:
    """Register, open, submit, score, correct, score again; read everything on the way."""
    worker = worker_over(worker_database)
    await register(player)

    await player.replay("admin", "POST /v1/rounds")
    await player.replay("portal", "PUT /v1/rounds/{round}/entries/{applicant}")
    for each in NEIGHBOURS:
        await player.send("portal", "PUT", f"{ROUND}/entries/{each['code']}")
    await player.replay("portal", "GET /v1/rounds/{round}/entries")
    await player.replay("admin", "POST /v1/rounds/{round}/transitions")

    await player.replay("source", "POST /v1/rounds/{round}/submissions")
    await player.replay("source", "POST /v1/rounds/{round}/submissions/batch")
    await player.replay("source", "GET /v1/rounds/{round}/batches")
    await player.replay("source", "GET /v1/rounds/{round}/batches/{batch}")
    await player.replay("auditor", "GET /v1/rounds/{round}/batches/{batch}/items")
    await submit(player, "expert", "dedicated_policy", 82)
    await submit(player, "portal", "scenarios", ["S02", "S06", "S07", "S09", "S17"])
    assert await worker.sweep()
    await submit(player, "portal", "base_stations_5g", 655)
    await submit(player, "source", "base_stations_5g", 618)
    assert await worker.sweep()

    await player.replay("source", "GET /v1/rounds/{round}/submissions", applicant="210212", limit=3)
    standing = "GET /v1/rounds/{round}/submissions/standing"
    await player.replay("auditor", standing, applicant="210212", limit=1)
    await player.replay("auditor", "GET /v1/rounds")
    await player.replay("auditor", "GET /v1/rounds/{round}")
    await player.replay("portal", "GET /v1/rounds/{round}/scores", cohort="county")
    await player.replay("portal", "GET /v1/rounds/{round}/movements", cohort="county")
    await player.replay("portal", "GET /v1/rounds/{round}/scores/{applicant}")
    await player.replay("auditor", "GET /v1/rounds/{round}/scores/{applicant}/history")
    await player.replay("auditor", "GET /v1/rounds/{round}/runs")
    await player.replay("auditor", "GET /v1/rounds/{round}/runs/{run}")
    await player.replay("auditor", "GET /v1/rounds/{round}/runs/{run}/changes")

    await player.replay("portal", "GET /v1/rounds/{round}/scores/{applicant}/explanation")
    explanation = f"{ROUND}/scores/210212/explanation"
    await player.send("portal", "GET", f"{explanation}/text", accept="text/plain")
    outdated = player.headers["portal"] | {"Accept": "text/plain"}
    player.sent |= set((await player.client.get(GATEWAY + explanation, headers=outdated)).headers)
    await player.replay("auditor", "GET /v1/rounds/{round}/discrepancies")
    await player.replay("source", "GET /v1/rounds/{round}/completeness", measure="base_stations_5g")
    await player.replay("auditor", "GET /v1/rounds/{round}/diagnostics")
    await prove(player, worker_database)
    await doubt(player, worker_database)
    await settle(player)
    await confirm(player)
    await hand_out_keys(player)
    await subscribe(player, worker_database)
    await player.replay("auditor", "GET /v1/audit/events", action="round.transition")
    await export_all(player)
    await player.send(None, "GET", "/metrics", accept="text/plain")


async def doubt(player: Player, worker_database: Database) -> None:
    """Ask how sure the ranks are, and read the answer."""
    await player.replay("auditor", "POST /v1/rounds/{round}/sensitivity")
    await player.replay("portal", "GET /v1/rounds/{round}/operations")
    operator = Operator(worker_database, Bell(), timedelta(seconds=1))
    assert await operator.carry_out_next()
    await player.replay("portal", "GET /v1/rounds/{round}/operations/{operation}")
    await player.replay("portal", "GET /v1/rounds/{round}/operations/{operation}/items")
    await player.replay("auditor", "DELETE /v1/rounds/{round}/operations/{operation}")


async def prove(player: Player, worker_database: Database) -> None:
    """Seal what was done, and take everything by which that is proved."""
    transport: Any = player.client._transport
    transport.app.state.gateway.signers.append(SIGNER)
    await sealed(worker_database)
    await player.replay("portal", "GET /v1/rounds/{round}/checkpoints")
    await player.replay("portal", "GET /v1/rounds/{round}/consistency", **{"from": 3, "to": 4})
    await player.replay("portal", "GET /v1/rounds/{round}/proofs/{applicant}")
    await player.replay("source", "GET /v1/rounds/{round}/submissions/{submission}/receipt")
    answer = await player.send("portal", "GET", f"{ROUND}/checkpoints/latest", accept="text/plain")
    transport.app.state.gateway.witnesses.append(WITNESSED_BY)
    said = {"cosignature": cosigned(answer.text)}
    witnessed = "POST /v1/rounds/{round}/checkpoints/{size}/cosignatures"
    answer = await player.send("auditor", "POST", f"{ROUND}/checkpoints/4/cosignatures", said)
    player.answers[witnessed] = answer.json()
    await player.send("auditor", "GET", f"{ROUND}/archive", accept="*/*")


async def export_all(player: Player) -> None:
    """Take every list as a file, in every format, and a checklist."""
    checklist = "GET /v1/rounds/{round}/entries/{applicant}/checklist"
    await player.replay("portal", checklist, measure="base_stations_5g")
    for what in ("ranking", "scores", "submissions", "discrepancies"):
        for form in ("csv", "xlsx", "jsonl"):
            await player.send("auditor", "GET", f"{ROUND}/export/{what}", accept="*/*", format=form)
    await player.send("auditor", "GET", "/v1/audit/export/events", accept="*/*")


async def hand_out_keys(player: Player) -> None:
    """Make a key, let another follow it, and revoke that."""
    await player.replay("admin", "POST /v1/keys")
    await player.replay("admin", "POST /v1/keys/{key}/rotation")
    await player.replay("admin", "GET /v1/keys", reporter="example-counts", limit=1)
    answer = await player.send("admin", "DELETE", "/v1/keys/7")
    assert answer.status_code == httpx.codes.NO_CONTENT


async def subscribe(player: Player, worker_database: Database) -> None:
    """Subscribe, try it out, and take another subscription away."""
    await player.replay("portal", "POST /v1/webhooks")
    await player.replay("portal", "GET /v1/webhooks")
    await player.replay("portal", "POST /v1/webhooks/{webhook}/resumption")
    courier = Courier(worker_database, Received(), Patience(timedelta(seconds=1), 1))
    trial = player.replay("portal", "POST /v1/webhooks/{webhook}/test")
    trying = asyncio.create_task(trial)
    while not trying.done():
        await courier.deliver(1, lambda: True)
    await trying
    again = EXAMPLES["POST /v1/webhooks"]["request"]
    await player.send("auditor", "POST", "/v1/webhooks", again)
    answer = await player.send("auditor", "DELETE", "/v1/webhooks/2")
    assert answer.status_code == httpx.codes.NO_CONTENT


class Received(Sender):
    """A sender to which all is received; tests/webhooks has the real one."""

    def __init__(self) -> None:
        """Need no network."""

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Answer:  # noqa: ARG002
        """Say that it was received."""
        return Answer(204, None, 41.5)


async def settle(player: Player) -> None:
    """Settle a panel's line, and declare the tie of an expert who marked it."""
    await player.replay("admin", "PUT /v1/rounds/{round}/adjudications/{applicant}/{measure}")
    await player.replay("auditor", "GET /v1/rounds/{round}/adjudications")
    await player.replay("expert", "PUT /v1/rounds/{round}/conflicts/{expert}/{applicant}")
    await player.replay("auditor", "GET /v1/rounds/{round}/conflicts")


async def confirm(player: Player) -> None:
    """Report what is too much to be plausible, let it count, and ask for a run."""
    await submit(player, "source", "base_stations_5g", 6180)
    await player.replay("admin", "POST /v1/rounds/{round}/submissions/{submission}/confirmation")
    await player.replay("admin", "POST /v1/rounds/{round}/runs")


async def submit(player: Player, role: str, measure: str, value: Any) -> None:
    """Submit one value of the scenario's first applicant."""
    body = {"applicant": "210212", "measure": measure, "value": value, "as_of": "2026-10-31"}
    await player.send(role, "POST", f"{ROUND}/submissions", body)


async def beyond_its_quota(player: Player, owner: Database) -> None:
    """Ask more often than is allowed in a minute, and on where a minute has just ended."""
    header = await key(owner, "source", "limited", quota=Quota(requests=3))
    for _ in range(9):
        answer = await player.client.get(f"{GATEWAY}/v1/rounds", headers=header)
        conforms(answer)
        player.sent |= set(answer.headers)
    refused = answer.json()
    assert refused["type"] == "/problems/quota-exceeded"
    player.answers["/problems/quota-exceeded"] = refused
