"""What no run has taken in yet, and why."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Integer,
    PrimaryKeyConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


class SubmissionChangeRow(Table):
    """The change log: what the next run of a round must take in.

    A row without a submission says that the applicant's entry changed, or that a recomputation was
    asked for.
    """

    __tablename__ = "submission_change"

    round: Mapped[int]
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=True)
    applicant: Mapped[str] = mapped_column(CODE)
    submission: Mapped[int | None]
    request_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (PrimaryKeyConstraint("round", "id"),)


class RoundFailureRow(Table):
    """Why a round could not be recomputed, and when it is tried again."""

    __tablename__ = "round_failure"

    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(Integer)
    error: Mapped[str]
    failed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    retry_at: Mapped[datetime]
