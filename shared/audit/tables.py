"""What was done, and by whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import NOW, Table


class AuditEventRow(Table):
    """Who did what, submissions excepted: they are their own record."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int | None]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[Any] = mapped_column(JSON)
    request_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        Index(None, "round", "id"),
        Index(
            "audit_event_sealed",
            "round",
            "id",
            postgresql_where=text(
                "action NOT IN ('request.refused', 'request.accepted', 'record.read')"
            ),
        ),
    )
