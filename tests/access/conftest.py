"""What the tests of signatures share."""

import pytest

from shared.database import Database
from tests.access.signed import Signer, signer
from tests.fixtures.make import World


@pytest.fixture
async def ours(world: World, owner: Database) -> Signer:
    """Give a source that signs."""
    return await signer(world, owner)
