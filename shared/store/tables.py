"""The tables. Every table that grows carries the round first in its key.

Rows of `submission`, `run`, `run_input`, `run_parameters`, `score_version` and `audit_event` are
appended and never changed: the service's database roles have no other right on them.

Codes are compared byte by byte (collation C), so that no order depends on a server's locale.
Missing numbers in arrays are NaN, never NULL: an array's binary form then has one fixed width.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CODE = Text(collation="C")
NOW = func.now()


class Table(DeclarativeBase):
    """One table of the service."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        int: BigInteger,
        str: Text,
        float: Double,
        datetime: DateTime(timezone=True),
        bytes: LargeBinary,
    }


class FrameworkRow(Table):
    """A registered framework document: `json`, since the order of its keys carries meaning."""

    __tablename__ = "framework"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(CODE)
    version: Mapped[str] = mapped_column(CODE)
    sha256: Mapped[str]
    document: Mapped[Any] = mapped_column(JSON)
    registered_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (UniqueConstraint("code", "version"),)


class ApplicantRow(Table):
    """A county-level division or an industrial park."""

    __tablename__ = "applicant"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    division: Mapped[str | None]
    registered_at: Mapped[datetime] = mapped_column(server_default=NOW)
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW, index=True)

    __table_args__ = (CheckConstraint("kind IN ('county', 'park')", name="kind"),)


class ReporterRow(Table):
    """Somebody who acts through keys; the name outlives each key."""

    __tablename__ = "reporter"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str]

    __table_args__ = (
        CheckConstraint("role IN ('admin', 'portal', 'source', 'expert', 'auditor')", name="role"),
    )


class ApiKeyRow(Table):
    """A key as stored: the SHA-256 of a random secret, and how far it reaches."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    reporter: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(unique=True)
    applicants: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    measures: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (ForeignKeyConstraint(["reporter"], ["reporter.id"]),)


class RoundRow(Table):
    """One assessment under one framework version.

    The *salt* makes the experts' pseudonyms: it never leaves the service.
    """

    __tablename__ = "round"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(CODE, unique=True)
    framework: Mapped[int]
    title: Mapped[Any] = mapped_column(JSON)
    reference_date: Mapped[date]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    salt: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))

    __table_args__ = (
        ForeignKeyConstraint(["framework"], ["framework.id"]),
        CheckConstraint("state IN ('draft', 'open', 'closed')", name="state"),
    )


class EntryRow(Table):
    """An applicant's part in a round; accepted entries are the cohort."""

    __tablename__ = "entry"

    round: Mapped[int]
    applicant: Mapped[str] = mapped_column(CODE)
    kind: Mapped[str]
    state: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        PrimaryKeyConstraint("round", "applicant"),
        ForeignKeyConstraint(["round"], ["round.id"]),
        CheckConstraint("state IN ('accepted', 'withdrawn')", name="state"),
    )


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

    __table_args__ = (
        PrimaryKeyConstraint("round", "id"),
        Index(None, "round", "submission", postgresql_where="submission IS NOT NULL"),
    )


class RoundFailureRow(Table):
    """Why a round could not be recomputed, and when it is tried again."""

    __tablename__ = "round_failure"

    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(Integer)
    error: Mapped[str]
    failed_at: Mapped[datetime] = mapped_column(server_default=NOW)
    retry_at: Mapped[datetime]


class RunRow(Table):
    """One recomputation of a round, numbered without a gap; durations in milliseconds."""

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

    __table_args__ = (PrimaryKeyConstraint("round", "number"),)


class RunInputRow(Table):
    """Which submissions a run took in that no run before it had, by applicant."""

    __tablename__ = "run_input"

    round: Mapped[int]
    run: Mapped[int]
    applicant: Mapped[str] = mapped_column(CODE)
    submissions: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

    __table_args__ = (PrimaryKeyConstraint("round", "run", "applicant"),)


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
