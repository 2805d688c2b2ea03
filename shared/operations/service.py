"""Operations of every kind: cancelled."""

from shared.audit import store as audit
from shared.core.principal import Actor
from shared.database import Session
from shared.events import store as events
from shared.operations import store as operations
from shared.operations.model import Operation


async def cancel(session: Session, actor: Actor, round_id: int, operation: int) -> Operation:
    """End an operation that waits or runs; one that has ended stays as it is. Raises: NotFound."""
    found = await operations.get(session, round_id, operation)
    if await operations.cancel(session, round_id, operation):
        await audit.record(session, actor, "operation.cancelled", str(operation), round_id=round_id)
        said = {"operation": operation, "kind": found.kind, "state": "cancelled"}
        await events.append(session, round_id, "operation", said)
    return await operations.get(session, round_id, operation)
