"""Calls from browsers: only from pages of the origins that the operator names."""

import pytest
from pydantic import ValidationError

from shared.database import Database
from shared.settings import Settings
from tests.fixtures.http import gateway

OURS, OTHER = "https://portal.example", "https://elsewhere.example"
ASKED = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, idempotency-key, content-type",
}


async def test_a_page_of_a_named_origin_may_call(
    database: Database, headers: dict[str, dict[str, str]]
) -> None:
    async with gateway(database, cors_origins=f"{OURS} http://127.0.0.1:5173") as client:
        asked = await client.options("/rounds", headers=ASKED | {"Origin": OURS})
        read = await client.get("/rounds", headers=headers["auditor"] | {"Origin": OURS})
        refused = await client.get("/rounds", headers={"Origin": OURS})

    assert asked.status_code == 200
    assert "POST" in asked.headers["access-control-allow-methods"]
    for each in (asked, read, refused):
        assert each.headers["access-control-allow-origin"] == OURS
        assert "Origin" in each.headers["vary"]
        assert "access-control-allow-credentials" not in each.headers
    assert "ETag" in read.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origins", ["", OURS])
async def test_a_page_of_another_origin_may_not(
    database: Database, headers: dict[str, dict[str, str]], origins: str
) -> None:
    async with gateway(database, cors_origins=origins) as client:
        asked = await client.options("/rounds", headers=ASKED | {"Origin": OTHER})
        read = await client.get("/rounds", headers=headers["auditor"] | {"Origin": OTHER})

    assert asked.is_error
    for each in (asked, read):
        assert "access-control-allow-origin" not in each.headers


@pytest.mark.parametrize(
    "given",
    [
        "*",
        "portal.example",
        f"{OURS}/",
        f"{OURS},{OTHER}",
        "https://*.example",
        "HTTPS://A",
        "null",
    ],
)
def test_what_is_no_exact_origin_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=given)
