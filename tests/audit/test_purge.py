"""Old audit events: what is taken away, what never is, and that it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.audit.purge_store import purge
from shared.core.errors import Invalid
from shared.core.principal import Actor
from shared.database import Database
from tests.fixtures.ask import execute, rows
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
    world: World, owner: Database
) -> None:
    await execute(owner, OLD)
    await world.submit("source", "C1", STATIONS, 40)
    await worker_over(world.worker_database).sweep()
    await sealed(world.worker_database)
    now = datetime.now(UTC)

    with pytest.raises(Invalid, match="events are kept for six months"):
        async with owner.session() as session:
            await purge(session, OPERATOR, now - timedelta(days=175))
    async with owner.session() as session:
        count = await purge(session, OPERATOR, now - timedelta(days=190))

    assert count == 3
    assert await rows(owner, LEFT) == [
        ("audit.purged", True), ("request.refused", True),
    ]  # fmt: skip
    told = "SELECT actor, detail -> 'events' FROM audit_event WHERE action = 'audit.purged'"
    assert ("operator", {"key.created": 1, "request.refused": 2}) in await rows(owner, told)
    assert checked(await archived(owner, ROUND, 1))
    guard = "SELECT tgenabled::text FROM pg_trigger WHERE tgrelid = 'audit_event'::regclass"
    assert await rows(owner, guard) == [("A",)]
