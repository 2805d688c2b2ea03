"""The ties of those who judge."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    PrimaryKeyConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


class ConflictRow(Table):
    """An expert's tie to an applicant, which it therefore cannot mark; a tie can be lifted."""

    __tablename__ = "conflict"

    round: Mapped[int]
    reporter: Mapped[int]
    applicant: Mapped[str] = mapped_column(CODE)
    state: Mapped[str]
    reason: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        PrimaryKeyConstraint("round", "reporter", "applicant"),
        CheckConstraint("state IN ('declared', 'lifted')", name="state"),
    )
