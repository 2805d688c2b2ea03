"""An issuer that runs, and a gateway that trusts it."""

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.database import Database
from tests.fixtures.documents import ROOT, section
from tests.fixtures.http import gateway

AUDIENCE = "pilotzone"


@dataclass(frozen=True)
class Issuer:
    """An issuer by its name, and a client of it."""

    name: str
    client: httpx.Client

    def tell(self, **what: Any) -> dict[str, int]:
        """Tell it what to publish or how to fail; return how often each was asked for so far."""
        asked: dict[str, int] = self.client.put("/told", json=what).json()
        return asked

    def header(self, *roles: str, kid: str = "first", **claims: Any) -> dict[str, str]:
        """Return the header of a token of somebody with these roles."""
        said = {"iss": self.name, "aud": AUDIENCE, "sub": "7f3a", "exp": time.time() + 300}
        said |= {"realm_access": {"roles": roles}} | claims
        answer = self.client.post("/signed", params={"kid": kid}, content=json.dumps(said))
        return {"Authorization": f"Bearer {answer.text}"}


@pytest.fixture(scope="session")
def running() -> Iterator[Issuer]:
    """Give an issuer in a process of its own."""
    command = [sys.executable, "-m", "tests.access.tokens.issuer_process"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        with httpx.Client(base_url=name, trust_env=False, timeout=30) as client:
            yield Issuer(name, client)
        process.kill()  # one of its answers may be under way for long


@pytest.fixture
def issuer(running: Issuer) -> Issuer:
    """Give the issuer as it was in the beginning."""
    running.tell(published=["first"], fault=None)
    return running


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """Give the mapping that the document shows, as a file."""
    text = section((ROOT / "docs" / "operations.md").read_text(), "## Signing in with an issuer")
    path = tmp_path / "mapping.yaml"
    path.write_text(text.split("```yaml\n")[1].split("```")[0])
    return path


@pytest.fixture
async def trusting(
    database: Database, issuer: Issuer, mapping: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a gateway that trusts the issuer."""
    settings = {"oidc_issuer": issuer.name, "oidc_audience": AUDIENCE, "oidc_mapping": str(mapping)}
    async with gateway(database, **settings) as client:
        yield client
