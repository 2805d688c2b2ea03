"""Answers that are given again to whoever repeats a request under its key."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "idempotency_key",
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("reporter", "key", name=op.f("idempotency_key_pkey")),
    )
    op.create_index(op.f("idempotency_key_recorded_at_idx"), "idempotency_key", ["recorded_at"])
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    op.drop_table("idempotency_key")
