"""Old audit events: what is taken away, what never is, and that it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.audit import purging
from shared.audit.purging import purge
from shared.core.errors import Invalid
from shared.core.principal import Actor
from shared.database import Database
from tests.fixtures.ask import execute, rows, unguarded
from tests.fixtures.make import ROUND, STATIONS, World, worker_over
from tests.seals.sealing import archived, checked, sealed

OPERATOR = Actor("operator", "tests")
OLD = """
    INSERT INTO audit_event (round, actor, action, subject, detail, request_id, recorded_at)
    SELECT of, 'somebody', action, 'x', '{}', 'x', now() - age::interval
    FROM (SELECT max(id) FROM round) AS round (of_round), LATERAL (VALUES
        (NULL, 'request.refused', '7 months'), (NULL, 'key.created', '8 months'),
        (NULL, 'request.refused', '5 months'), (NULL, 'audit.purged', '9 months'),
        (of_round, 'request.refused', '9 months')
    ) AS given (of, action, age)
"""
LEFT = "SELECT action, round IS NULL FROM audit_event WHERE actor = 'somebody' ORDER BY 1, 2"


async def test_events_of_no_round_end_after_six_months_and_sealed_logs_stay_proved(
    world: World, owner: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few at a time, each time with an event that says so."""
    monkeypatch.setattr(purging, "AT_ONCE", 2)
    await execute(owner, OLD)
    await world.submit("source", "C1", STATIONS, 40)
    await worker_over(world.worker_database).sweep()
    await world.transition("closed")
    await sealed(world.worker_database)
    now = datetime.now(UTC)

    with pytest.raises(Invalid, match="events are kept for six months"):
        await purge(owner, OPERATOR, now - timedelta(days=175), now)

    assert await purge(owner, OPERATOR, now - timedelta(days=190), now) == 3
    assert await purge(owner, OPERATOR, now - timedelta(days=190), now) == 0
    assert await rows(owner, LEFT) == [
        ("audit.purged", True), ("request.refused", True),
    ]  # fmt: skip
    told = """
        SELECT detail -> 'events' FROM audit_event
        WHERE action = 'audit.purged' AND actor = 'operator' ORDER BY id
    """
    assert sorted(map(str, await rows(owner, told))) == [
        "({'key.created': 1, 'request.refused': 1},)", "({'request.refused': 1},)",
    ]  # fmt: skip
    assert checked(await archived(owner, ROUND, 1))
    guard = "SELECT tgenabled::text FROM pg_trigger WHERE tgrelid = 'audit_event'::regclass"
    assert await rows(owner, guard) == [("A",)]


async def test_a_clock_that_was_set_forward_ends_no_young_event(
    world: World, owner: Database
) -> None:
    """Six months count from the last event too, and from another clock."""
    await world.transition("closed")
    now, before = datetime.now(UTC), datetime.now(UTC) - timedelta(days=190)

    with pytest.raises(Invalid, match="up to the last one"):
        await purge(owner, OPERATOR, before, now - timedelta(days=100))
    # As if the database's clock and ours had been set forward together.
    back = "UPDATE audit_event SET recorded_at = recorded_at - interval '100 days'"
    await unguarded(owner, back)
    with pytest.raises(Invalid, match="up to the last one"):
        await purge(owner, OPERATOR, before, now)
