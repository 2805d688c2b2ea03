"""Who comes with a key or token of no use, and what it is told."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from api.app import create_app
from shared.database import Database
from shared.settings import Settings
from tests.access.signed import Signer, pair
from tests.contract.document import EXAMPLES
from tests.contract.player import GATEWAY, Player
from tests.contract.scenario import ROUND
from tests.fixtures.http import key

SUBMISSIONS = f"{ROUND}/submissions"


async def refused_signatures(player: Player, owner: Database) -> None:
    """Send with a key that signs what is not signed, or not as it must be."""
    private, public = pair()
    player.headers["signing"] = await key(owner, "source", "signing", signing_key=public)
    signer = Signer(player.client, player.headers["signing"], private, public)
    body = json.dumps(EXAMPLES["POST /v1/rounds/{round}/submissions"]["request"]).encode()
    where = GATEWAY + SUBMISSIONS
    wrong = {
        "missing": (),
        "invalid": replace(signer, tag="another").put_on("POST", where, body),
        "outdated": replace(signer, age=timedelta(hours=1)).put_on("POST", where, body),
        "replayed": signer.put_on("POST", where, body),
    }
    sent: dict[str, Any] = {"content": body, "more_headers": wrong["replayed"]}
    assert (await player.send("signing", "POST", SUBMISSIONS, **sent)).status_code == 201
    for kind, headers in wrong.items():
        sent["more_headers"] = tuple(headers)
        await player.refused(f"signature-{kind}", "signing", "POST", SUBMISSIONS, **sent)


async def refused_tokens(player: Player, folder: Path) -> None:
    """Send what has the parts of a token to a gateway that takes tokens; it needs no issuer."""
    mapping = folder / "mapping.json"
    mapping.write_text('{"roles_claim": "roles", "roles": [{"value": "all", "role": "auditor"}]}')
    settings = Settings(
        oidc_issuer="https://login.example", oidc_audience="here", oidc_mapping=str(mapping)
    )
    player.headers["token"] = {"Authorization": "Bearer a.b.c"}
    transport = httpx.ASGITransport(create_app(Database(""), settings))
    async with httpx.AsyncClient(transport=transport) as client:
        before, player.client = player.client, client
        await player.refused("token-refused", "token", "GET", "/v1/rounds")
        player.client = before
