"""Logs that seal runs and audit events, their checkpoints, and the keys that signed them."""

import sqlalchemy as sa
from alembic import op

from migrations import grants, sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
supports = "0003"

TABLES = (
    "log_key", "log_cosignature", "log_checkpoint", "log_event", "log_entry", "log_secret",
    "log_epoch",
)  # fmt: skip
APPENDED = (
    "audit_event", "round_event", "run", "run_input", "run_parameters", "score_version",
    "submission", "submission_aside", *TABLES,
)  # fmt: skip

REFUSE = """
DO $published$
BEGIN
    IF EXISTS (SELECT FROM log_checkpoint) THEN
        RAISE restrict_violation USING MESSAGE =
            'checkpoints were published, and logs would begin anew and prove nothing of before:'
            ' restore a backup that was made before this step';
    END IF;
END
$published$"""
REVOKE = """
DO $rights$
BEGIN
    IF to_regrole('pilotzone_worker') IS NOT NULL THEN
        REVOKE SELECT ON audit_event, reporter FROM pilotzone_worker;
    END IF;
END
$rights$"""


def moment(name: str) -> sa.Column[sa.DateTime]:
    """Return a column that the database fills with the time of the clock."""
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    )


def numbers(*names: str) -> list[sa.Column[int]]:
    """Return columns of whole numbers."""
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "log_epoch",
        *numbers("number"),
        sa.Column("reason", sa.Text(), nullable=False),
        moment("began_at"),
        sa.PrimaryKeyConstraint("number", name=op.f("log_epoch_pkey")),
    )
    op.create_table(
        "log_secret",
        *numbers("id"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("log_secret_pkey")),
    )
    op.create_table(
        "log_entry",
        *numbers("round", "epoch", "position"),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("round", "epoch", "position", name=op.f("log_entry_pkey")),
    )
    op.create_index(
        "log_entry_run",
        "log_entry",
        ["round", "epoch", "run"],
        unique=True,
        postgresql_where=sa.text("run IS NOT NULL"),
    )
    op.create_table(
        "log_event",
        *numbers("round", "epoch", "event", "position"),
        sa.PrimaryKeyConstraint("round", "epoch", "event", name=op.f("log_event_pkey")),
    )
    op.create_table(
        "log_checkpoint",
        *numbers("round", "epoch", "size"),
        sa.Column("note", sa.Text(), nullable=False),
        moment("signed_at"),
        sa.PrimaryKeyConstraint("round", "epoch", "size", name=op.f("log_checkpoint_pkey")),
    )
    op.create_table(
        "log_cosignature",
        *numbers("round", "epoch", "size"),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        moment("received_at"),
        sa.PrimaryKeyConstraint(
            "round", "epoch", "size", "witness", name=op.f("log_cosignature_pkey")
        ),
    )
    op.create_table(
        "log_key",
        sa.Column("key", sa.Text(), nullable=False),
        moment("first_used_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("log_key_pkey")),
    )
    op.execute("INSERT INTO log_epoch (number, reason) VALUES (1, 'first')")
    op.execute("""
        INSERT INTO log_secret (id, secret) VALUES
            (1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    """)
    op.create_index("audit_event_round_id_idx", "audit_event", ["round", "id"])
    op.execute(sql.read("refuse_change.1"))
    for table in APPENDED:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            EXECUTE FUNCTION refuse_change()
        """)
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step, unless something was published of what was sealed, which is lost with it."""
    op.execute(REFUSE)
    for table in APPENDED:
        op.execute(f"DROP TRIGGER append_only ON {table}")
    op.drop_index("audit_event_round_id_idx", "audit_event")
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change")
    op.execute(REVOKE)
