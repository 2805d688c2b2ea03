"""How much each key was granted in windows that have not ended long ago."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import Table


class QuotaWindowRow(Table):
    """What was granted to a key of one policy in the window that ends then, and last of it.

    Not logged: after a crash of PostgreSQL the windows begin anew, and no grant waits for a disk.
    """

    __tablename__ = "quota_window"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counted: Mapped[str] = mapped_column(Text, primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    granted: Mapped[int]
    last_granted: Mapped[int]

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)
