"""A round behind a gateway that signs."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from shared.database import Database
from shared.settings import Settings
from tests.fixtures.make import World
from tests.seals.sealing import SIGNER


@pytest.fixture
async def signing(
    database: Database,
    headers: dict[str, dict[str, str]],
    worker_database: Database,
    tmp_path: Path,
) -> AsyncIterator[World]:
    """Give an open round behind a gateway that signs."""
    file = tmp_path / "signing.key"
    file.write_text(SIGNER.text(), encoding="utf-8")
    settings = Settings(signing_keys=str(file), log_name=SIGNER.name)
    transport = httpx.ASGITransport(create_app(database, settings), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
        world = World(client, headers, worker_database)
        await world.open()
        yield world
