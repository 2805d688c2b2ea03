"""Who may be ranked, and what they were called before."""

from datetime import datetime

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


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
    version: Mapped[int] = mapped_column(server_default=text("0"), index=True)

    __table_args__ = (CheckConstraint("kind IN ('county', 'park')", name="kind"),)


class ApplicantPastRow(Table):
    """What an applicant was until a change gave it the version *until*; the database writes it."""

    __tablename__ = "applicant_past"

    code: Mapped[str] = mapped_column(CODE, primary_key=True)
    until: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    division: Mapped[str | None]
