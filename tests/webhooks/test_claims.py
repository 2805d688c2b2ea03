"""Who delivers to whom, and when."""

import pytest

from shared.database import Database
from shared.webhooks import delivery_store as store
from tests.fixtures.ask import execute
from tests.fixtures.make import World
from tests.webhooks.receiving import subscribe

URL = "https://receiver.example/"


@pytest.fixture
async def webhooks(world: World) -> list[int]:
    """Subscribe twice, to something that then happens."""
    made = [(await subscribe(world, URL))["id"] for _ in range(2)]
    await world.transition("closed")
    return made


async def test_one_worker_at_a_time_delivers_to_a_subscription(
    webhooks: list[int], worker_database: Database
) -> None:
    """As many as it may; what it lets go, or leaves by its death, another takes at once."""
    async with store.claims(worker_database) as first, store.claims(worker_database) as second:
        assert await first.take(1) == webhooks[:1]
        assert await first.take(1) == []
        assert await second.take(5) == webhooks[1:]
        assert await first.take(5) == []
        await first.let_go(webhooks[0])
        assert await second.take(5) == webhooks[:1]
    async with store.claims(worker_database) as third:
        assert await third.take(5) == webhooks


async def test_who_lost_the_claim_says_no_more_what_became_of_an_attempt(
    webhooks: list[int], worker_database: Database
) -> None:
    webhook = webhooks[0]
    (lane,) = await store.outstanding(worker_database, webhook)
    lost = await store.begin(worker_database, webhook, lane, lane.since)
    later = await store.begin(worker_database, webhook, lane, lane.since)
    assert lost is not None
    assert later is not None

    assert later.number == lost.number + 1
    assert not await store.delivered(worker_database, lost, 200)
    assert await store.delivered(worker_database, later, 200)
    assert not await store.delivered(worker_database, later, 200)
    assert await store.begin(worker_database, webhook, lane, lane.since) is None
    assert await store.outstanding(worker_database, webhook) == []


@pytest.mark.parametrize(
    ("retry_at", "due"),
    [("'1 min'", False), ("'59 min'", False), ("'-1 s'", True), ("'1 d'", True)],
)
async def test_a_retry_is_waited_for_unless_a_clock_was_set_back(
    retry_at: str, *, due: bool, webhooks: list[int], owner: Database, worker_database: Database
) -> None:
    await execute(owner, f"UPDATE webhook SET retry_at = now() + {retry_at}")  # noqa: S608

    async with store.claims(worker_database) as claims:
        assert await claims.take(5) == (webhooks if due else [])
