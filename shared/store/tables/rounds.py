"""What a round is made of: a framework, its applicants, and the ties of who judges them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.store.tables.base import CODE, NOW, Table


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
