"""Who acts, and through which keys."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import NOW, Table


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
    """A key as stored: the SHA-256 of a random secret, how far it reaches, by what it signs."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    reporter: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(unique=True)
    applicants: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    measures: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    rounds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    signing_key: Mapped[str | None] = mapped_column(Text)
    last_used_at: Mapped[datetime | None]
    quota_requests: Mapped[int | None]
    quota_rows: Mapped[int | None]

    __table_args__ = (ForeignKeyConstraint(["reporter"], ["reporter.id"]),)


class SignatureNonceRow(Table):
    """A nonce that a key has used, kept until its signature is outdated."""

    __tablename__ = "signature_nonce"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nonce: Mapped[str] = mapped_column(Text, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
