"""A round to write into, below HTTP."""

from collections.abc import AsyncIterator

import pytest

from api.app import ROLE as GATEWAY_ROLE
from shared.database.engine import Sessions, connect, sessions_of
from shared.rounds import store as rounds
from tests.make import ROUND, World


def pytest_configure(config: pytest.Config) -> None:
    """Admit the mark that pytest-alembic's checks carry; its plugin, which would, is off."""
    config.addinivalue_line("markers", "alembic: one of pytest-alembic's checks")


@pytest.fixture
async def round_id(world: World, owner: Sessions) -> int:  # noqa: ARG001 -- it opens the round
    """Give the id of the open round."""
    async with owner() as session:
        return (await rounds.get(session, ROUND)).id


@pytest.fixture
async def crowd(database: str) -> AsyncIterator[Sessions]:
    """Give twenty connections with the gateway's rights."""
    engine = await connect(database, GATEWAY_ROLE, pool=20)
    yield sessions_of(engine)
    await engine.dispose()
