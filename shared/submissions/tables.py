"""What is reported."""

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table

VALUE = (
    "CASE status WHEN 'withdrawn' THEN num_nonnulls(number, codes) = 0"
    " WHEN 'reported' THEN num_nonnulls(number, codes) = 1 ELSE false END"
)


class ReportedColumns:
    """The columns of what somebody reported, whether it counts or not.

    *reported_at* is the source's own moment, *obs_status* its remark on the value in SDMX's code.
    """

    round: Mapped[int]
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
    reported_at: Mapped[datetime | None]
    obs_status: Mapped[str | None]


class SubmissionRow(ReportedColumns, Table):
    """One value of one measure for one applicant, by one reporter, as of one date.

    The revision counts what one reporter said of the same date; the unique key makes two writers
    of the same revision meet. There is no foreign key: the inserting statement joins round and
    applicant, neither is ever deleted, and a key would lock the round's row in every writer.

    *confirmed_by* is the reporter or administrator who says that an implausible number holds.
    """

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(BigInteger, autoincrement=True)
    confirmed_by: Mapped[int | None]

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
        CheckConstraint(VALUE, name="value"),
    )


class AsideRow(ReportedColumns, Table):
    """What was reported and does not count; *set_aside* says why.

    In a table of its own, so that nothing that asks what stands can take it in, a worker of a
    release before included. Ids are those of submissions: both are listed in one order. *revision*
    is the one that it would have become.
    """

    __tablename__ = "submission_aside"

    id: Mapped[int] = mapped_column(
        BigInteger, server_default=text("nextval('submission_id_seq'::regclass)")
    )
    set_aside: Mapped[str]

    __table_args__ = (
        PrimaryKeyConstraint("round", "id"),
        Index(
            "submission_aside_natural_key",
            "round",
            "applicant",
            "measure",
            "reporter",
            "as_of",
            "id",
        ),
        CheckConstraint(VALUE, name="value"),
    )
