"""The logs of rounds, and what was signed of them."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, PrimaryKeyConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database.table import Table

MOMENT = func.clock_timestamp()


class LogEpochRow(Table):
    """How often this database began anew: from 1 on, one more with each restore."""

    __tablename__ = "log_epoch"

    number: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(server_default=MOMENT)


class LogSecretRow(Table):
    """What the salts of leaves are made of; it never leaves the service."""

    __tablename__ = "log_secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)


class LogEntryRow(Table):
    """An entry of a round's log, as it is hashed; *run* is the run that it seals, if it does."""

    __tablename__ = "log_entry"

    round: Mapped[int]
    epoch: Mapped[int]
    position: Mapped[int]
    type: Mapped[str]
    run: Mapped[int | None]
    body: Mapped[str]
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]

    __table_args__ = (
        PrimaryKeyConstraint("round", "epoch", "position"),
        Index(
            "log_entry_run",
            "round",
            "epoch",
            "run",
            unique=True,
            postgresql_where=text("run IS NOT NULL"),
        ),
        Index(
            "log_entry_aside",
            "round",
            "epoch",
            "position",
            postgresql_where=text("type = 'aside'"),
        ),
    )


class LogEventRow(Table):
    """Which entry of a log seals an audit event."""

    __tablename__ = "log_event"

    round: Mapped[int]
    epoch: Mapped[int]
    event: Mapped[int]
    position: Mapped[int]

    __table_args__ = (PrimaryKeyConstraint("round", "epoch", "event"),)


class CheckpointRow(Table):
    """A signed checkpoint of the first *size* entries of a round's log: one for each size."""

    __tablename__ = "log_checkpoint"

    round: Mapped[int]
    epoch: Mapped[int]
    size: Mapped[int]
    note: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(server_default=MOMENT)

    __table_args__ = (PrimaryKeyConstraint("round", "epoch", "size"),)


class CosignatureRow(Table):
    """A witness's signature below a checkpoint."""

    __tablename__ = "log_cosignature"

    round: Mapped[int]
    epoch: Mapped[int]
    size: Mapped[int]
    witness: Mapped[str]
    line: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=MOMENT)

    __table_args__ = (PrimaryKeyConstraint("round", "epoch", "size", "witness"),)


class LogKeyRow(Table):
    """A public key by which checkpoints or receipts were signed, from when on."""

    __tablename__ = "log_key"

    key: Mapped[str] = mapped_column(primary_key=True)
    first_used_at: Mapped[datetime] = mapped_column(server_default=MOMENT)
