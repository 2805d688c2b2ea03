"""Subscriptions to what happens in rounds, and how far each was delivered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
supports = "0003"

REVOKE = """
DO $rights$
BEGIN
    IF to_regrole('pilotzone_worker') IS NOT NULL THEN
        REVOKE SELECT (id, expires_at, revoked_at, rounds) ON api_key FROM pilotzone_worker;
    END IF;
END
$rights$"""


def upgrade() -> None:
    """Apply this step."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "webhook",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rounds", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", moment, server_default=sa.text("now()"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", moment, nullable=True),
        sa.Column("last_attempt_at", moment, nullable=True),
        sa.Column("delivered_at", moment, nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_failure", sa.Text(), nullable=True),
        sa.Column("tests_asked", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tests_made", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("test_answer", postgresql.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("webhook_pkey")),
        sa.ForeignKeyConstraint(["key"], ["api_key.id"], name=op.f("webhook_key_fkey")),
        sa.CheckConstraint(
            "events <@ ARRAY['run', 'round', 'operation'] AND cardinality(events) > 0",
            name=op.f("webhook_events_check"),
        ),
    )
    op.create_index(op.f("webhook_key_idx"), "webhook", ["key"])
    op.create_table(
        "webhook_position",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("webhook", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("round", "webhook", "kind", name=op.f("webhook_position_pkey")),
        sa.ForeignKeyConstraint(
            ["webhook"],
            ["webhook.id"],
            name=op.f("webhook_position_webhook_fkey"),
            ondelete="CASCADE",
        ),
    )
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step, and with it every subscription."""
    op.drop_table("webhook_position")
    op.drop_table("webhook")
    op.execute(REVOKE)
