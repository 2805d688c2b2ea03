"""What no run has taken in yet, and why."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Integer,
    PrimaryKeyConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


class SubmissionChangeRow(Table):
    """The change log: what the next run of a round must take in.

    A row without a submission says that the applicant's entry changed, or that a recomputation was
    asked for. One without an applicant is of a file: of all that the round has from *submission* to
    *last_submission*, which are so many *changes*.
    """

    __tablename__ = "submission_change"

    round: Mapped[int]
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=True)
    applicant: Mapped[str | None] = mapped_column(CODE)
    submission: Mapped[int | None]
    last_submission: Mapped[int | None]
    changes: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    request_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        PrimaryKeyConstraint("round", "id"),
        CheckConstraint(
            "(applicant IS NULL) = (last_submission IS NOT NULL)"
            " AND (last_submission IS NULL OR last_submission >= submission)",
            name="of_one_or_many",
        ),
    )


class RoundFailureRow(Table):
    """Why a round could not be recomputed, and when it is tried again."""

    __tablename__ = "round_failure"

    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(Integer)
    error: Mapped[str]
    failed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    retry_at: Mapped[datetime]
