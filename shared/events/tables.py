"""What happened in a round, for who listens."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, func
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import Table


class RoundEventRow(Table):
    """Something that happened in a round, by its position among those of its kind.

    Positions have no gap, and appear in their order. Runs are not here: they have numbers.
    """

    __tablename__ = "round_event"

    round: Mapped[int]
    kind: Mapped[str]
    position: Mapped[int]
    detail: Mapped[Any] = mapped_column(JSON)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        PrimaryKeyConstraint("round", "kind", "position"),
        CheckConstraint("kind IN ('round', 'operation')", name="kind"),
    )
