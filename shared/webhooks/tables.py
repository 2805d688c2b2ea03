"""Who subscribed to what, and how far it was delivered."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import NOW, Table

NONE = text("0")


class WebhookRow(Table):
    """A subscription of a key.

    The secret is as it was made, since deliveries are signed with it; a gateway's role can write
    it and not read it. *failures* are those in a row. Test calls are counted, those that were asked
    for and those that were made; *test_answer* is of the last one made.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[int] = mapped_column(index=True)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    rounds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    secret: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    paused: Mapped[bool] = mapped_column(server_default=text("false"))
    failures: Mapped[int] = mapped_column(Integer, server_default=NONE)
    retry_at: Mapped[datetime | None]
    last_attempt_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    last_status: Mapped[int | None] = mapped_column(Integer)
    last_failure: Mapped[str | None]
    tests_asked: Mapped[int] = mapped_column(server_default=NONE)
    tests_made: Mapped[int] = mapped_column(server_default=NONE)
    test_answer: Mapped[Any | None] = mapped_column(JSON)

    __table_args__ = (
        ForeignKeyConstraint(["key"], ["api_key.id"]),
        CheckConstraint(
            "events <@ ARRAY['run', 'round', 'operation'] AND cardinality(events) > 0",
            name="events",
        ),
    )


class WebhookPositionRow(Table):
    """How far a subscription's events of a round and kind were delivered.

    *attempts* counts those at the event behind *position*: noted before anything is sent, so that
    whatever was sent twice said so the second time.
    """

    __tablename__ = "webhook_position"

    round: Mapped[int]
    webhook: Mapped[int]
    kind: Mapped[str]
    position: Mapped[int]
    attempts: Mapped[int] = mapped_column(Integer, server_default=NONE)

    __table_args__ = (
        PrimaryKeyConstraint("round", "webhook", "kind"),
        ForeignKeyConstraint(["webhook"], ["webhook.id"], ondelete="CASCADE"),
    )
