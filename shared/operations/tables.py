"""What takes a worker longer than a request."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, PrimaryKeyConstraint, Text, text
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import NOW, Table


class OperationRow(Table):
    """Work on a round that takes longer than a request, done by a worker.

    A result appears together with the state `done`, or not at all.
    """

    __tablename__ = "operation"

    round: Mapped[int]
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=True)
    kind: Mapped[str]
    parameters: Mapped[Any] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    progress: Mapped[float] = mapped_column(server_default=text("0"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    result: Mapped[Any | None] = mapped_column(JSON)
    error: Mapped[str | None]
    requested_by: Mapped[str]
    request_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("round", "id"),
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state"
        ),
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="result"),
        Index(None, "round", "id", postgresql_where=text("state IN ('waiting', 'running')")),
    )
