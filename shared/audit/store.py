"""The audit trail: who did what. Submissions are not repeated here; they are their own record."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import insert

from shared.audit.tables import AuditEventRow
from shared.core.principal import Actor
from shared.database import Session


async def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    round_id: int | None = None,
) -> None:
    """Append what *actor* did to *subject*, in the transaction that does it.

    Where the request came from is told beside the *detail*, as `by`.
    """
    by = {} if actor.origin is None else {"by": asdict(actor.origin)}
    await session.execute(
        insert(AuditEventRow)
        .values(
            round=round_id,
            actor=actor.name,
            action=action,
            subject=subject,
            detail=(detail or {}) | by,
            request_id=actor.request_id,
        )
        .inline()
    )
