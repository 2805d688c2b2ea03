"""Sessions of browsers, and links that begin one."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import NOW, Table


class BrowserSessionRow(Table):
    """A session as stored: the SHA-256 of a random token, and the key that it stands for.

    It is told of by its number, so that neither token nor hash is in a notification or the trail.
    """

    __tablename__ = "browser_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(unique=True)
    key: Mapped[int]
    begun_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]

    __table_args__ = (ForeignKeyConstraint(["key"], ["api_key.id"]),)


class EntryLinkRow(Table):
    """A link that begins one session: the SHA-256 of the random token in it, and for which key."""

    __tablename__ = "entry_link"

    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    key: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    __table_args__ = (ForeignKeyConstraint(["key"], ["api_key.id"]),)
