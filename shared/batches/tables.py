"""Receipts of batches."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


class BatchRow(Table):
    """What became of one batch as a whole; rows are counted once each, by what became of them.

    *greatest_submission* is the greatest id among the submissions that its rows added or found.
    """

    __tablename__ = "batch"

    round: Mapped[int]
    id: Mapped[int] = mapped_column(BigInteger, autoincrement=True)
    reporter: Mapped[int]
    format: Mapped[str]
    sha256: Mapped[str]
    lenient: Mapped[bool]
    outcome: Mapped[str]
    created: Mapped[int] = mapped_column(Integer)
    revised: Mapped[int] = mapped_column(Integer)
    unchanged: Mapped[int] = mapped_column(Integer)
    rejected: Mapped[int] = mapped_column(Integer)
    greatest_submission: Mapped[int | None]
    request_id: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        PrimaryKeyConstraint("round", "id"),
        CheckConstraint(
            "outcome IN ('all_committed', 'none_committed', 'partial')", name="outcome"
        ),
        Index(None, "round", "reporter", "id"),
    )


class BatchPartRow(Table):
    """What became of up to a thousand rows of a batch: a JSON array in their order.

    A row is an object as it is answered, or an array of less; `outcome.shown` reads both.
    """

    __tablename__ = "batch_part"

    round: Mapped[int]
    batch: Mapped[int]
    number: Mapped[int] = mapped_column(Integer)
    items: Mapped[Any] = mapped_column(JSON)

    __table_args__ = (PrimaryKeyConstraint("round", "batch", "number"),)


class BatchSliceRow(Table):
    """The slice that a batch declared, and what came of it; `slices.Coverage` says what each is."""

    __tablename__ = "batch_slice"

    round: Mapped[int]
    batch: Mapped[int]
    reporter: Mapped[int]
    measure: Mapped[str] = mapped_column(CODE)
    as_of: Mapped[date]
    scope: Mapped[str]
    covered: Mapped[int] = mapped_column(Integer)
    reported: Mapped[int] = mapped_column(Integer)
    omitted: Mapped[list[str]] = mapped_column(ARRAY(CODE))
    omitted_count: Mapped[int] = mapped_column(Integer)
    withdrawn: Mapped[int] = mapped_column(Integer)
    complete: Mapped[bool]

    __table_args__ = (
        PrimaryKeyConstraint("round", "batch"),
        CheckConstraint("scope IN ('listed', 'number', 'entered')", name="scope"),
        Index(None, "round", "measure", "reporter", "as_of", "batch"),
    )
