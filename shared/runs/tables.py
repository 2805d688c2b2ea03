"""What runs leave behind: scores, what they rest on, and why a round could not be run."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, Table


class RunRow(Table):
    """One recomputation of a round, numbered without a gap; durations in milliseconds.

    No change whose id is `changes_until` or lower was yet to appear when it ended; 0 says nothing.
    Applicants had been changed up to `names_version`; 0 before step 0022.
    """

    __tablename__ = "run"

    round: Mapped[int]
    number: Mapped[int]
    worker: Mapped[str]
    request_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    submissions: Mapped[int] = mapped_column(Integer)
    other_changes: Mapped[int] = mapped_column(Integer)
    cohort: Mapped[int] = mapped_column(Integer)
    scores_written: Mapped[int] = mapped_column(Integer)
    read_ms: Mapped[float]
    compute_ms: Mapped[float]
    write_ms: Mapped[float]
    started_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    changes_until: Mapped[int] = mapped_column(server_default=text("0"))
    names_version: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (PrimaryKeyConstraint("round", "number"),)


class RunInputRow(Table):
    """Which submissions a run took in that no run before it had, by applicant."""

    __tablename__ = "run_input"

    round: Mapped[int]
    run: Mapped[int]
    applicant: Mapped[str] = mapped_column(CODE)
    submissions: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

    __table_args__ = (
        PrimaryKeyConstraint("round", "run", "applicant"),
        Index(None, "round", "applicant", "run"),
    )


class RunParametersRow(Table):
    """What a run took from the cohort (best, worst, mean …), by cohort and indicator."""

    __tablename__ = "run_parameters"

    round: Mapped[int]
    run: Mapped[int]
    parameters: Mapped[Any] = mapped_column(JSON)

    __table_args__ = (PrimaryKeyConstraint("round", "run"),)


class ScoreVersionRow(Table):
    """An applicant's score from a run on, until the next version.

    Arrays follow the framework's indicators; `units` and `total` count units of its precision.
    A withdrawn version ends the applicant's part in the ranking.
    """

    __tablename__ = "score_version"

    round: Mapped[int]
    applicant: Mapped[str] = mapped_column(CODE)
    run: Mapped[int]
    withdrawn: Mapped[bool]
    blocked: Mapped[bool]
    total: Mapped[int]
    coverage: Mapped[float]
    values: Mapped[list[float]] = mapped_column(ARRAY(Double))
    shares: Mapped[list[float]] = mapped_column(ARRAY(Double))
    units: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    flags: Mapped[list[int]] = mapped_column(ARRAY(Integer))

    __table_args__ = (
        PrimaryKeyConstraint("round", "applicant", "run"),
        Index(None, "round", "run"),
    )
