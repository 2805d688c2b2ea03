"""Framework documents as registered."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import CODE, NOW, Table


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
