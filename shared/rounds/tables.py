"""Rounds, and who takes part in them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


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
