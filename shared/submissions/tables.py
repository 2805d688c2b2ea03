"""What is reported."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


class SubmissionRow(Table):
    """One value of one measure for one applicant, by one reporter, as of one date.

    The revision counts what one reporter said of the same date; the unique key makes two writers
    of the same revision meet. There is no foreign key: the inserting statement joins round and
    applicant, neither is ever deleted, and a key would lock the round's row in every writer.
    """

    __tablename__ = "submission"

    round: Mapped[int]
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=True)
    applicant: Mapped[str] = mapped_column(CODE)
    measure: Mapped[str] = mapped_column(CODE)
    reporter: Mapped[int]
    kind: Mapped[str]
    as_of: Mapped[date]
    revision: Mapped[int] = mapped_column(Integer)
    status: Mapped[str]
    number: Mapped[float | None]
    codes: Mapped[list[str] | None] = mapped_column(ARRAY(CODE))
    reference: Mapped[str | None]
    comment: Mapped[str | None]
    request_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        PrimaryKeyConstraint("round", "id"),
        UniqueConstraint(
            "round",
            "applicant",
            "measure",
            "reporter",
            "as_of",
            "revision",
            name="submission_natural_key",
        ),
        CheckConstraint("kind IN ('source', 'applicant', 'expert', 'adjudicator')", name="kind"),
        CheckConstraint(
            "CASE status WHEN 'withdrawn' THEN num_nonnulls(number, codes) = 0"
            " WHEN 'reported' THEN num_nonnulls(number, codes) = 1 ELSE false END",
            name="value",
        ),
    )
