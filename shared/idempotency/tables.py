"""Answers that are given again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, PrimaryKeyConstraint
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


class IdempotencyKeyRow(Table):
    """What a reporter's request was answered; it was committed together with its effect.

    It has no round: a key is a reporter's for whatever it asks. *fingerprint* is a digest of all
    that the effect depends on, *headers* a list of pairs, *body* packed by zlib.
    """

    __tablename__ = "idempotency_key"

    reporter: Mapped[int]
    key: Mapped[str] = mapped_column(CODE)
    fingerprint: Mapped[bytes]
    status: Mapped[int] = mapped_column(Integer)
    headers: Mapped[Any] = mapped_column(JSON)
    body: Mapped[bytes]
    recorded_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        PrimaryKeyConstraint("reporter", "key"),
        Index(None, "recorded_at"),
    )
