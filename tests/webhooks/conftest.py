"""A gateway that lets deliveries go to this machine, and what delivers in this process."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from api.app import create_app
from shared.database import Database
from shared.settings import Settings
from shared.webhooks.courier import Courier
from shared.webhooks.model import Patience
from shared.webhooks.sending import Sender
from shared.webhooks.targets import Targets
from tests.webhooks.receiving import ALLOWED

MOST = 3


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of such a gateway."""
    app = create_app(database, Settings(webhook_targets=ALLOWED))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway/v1") as client:
        yield client


@pytest.fixture
async def courier(worker_database: Database) -> AsyncIterator[Courier]:
    """Give what delivers when told to; it pauses after three failures."""
    sender = Sender(Targets.read(ALLOWED), timedelta(seconds=5))
    yield Courier(worker_database, sender, Patience(timedelta(milliseconds=10), MOST))
    await sender.close()
