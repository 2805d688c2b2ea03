"""Quotas of keys, and what each was granted of them in windows of time."""

import sqlalchemy as sa
from alembic import op

from migrations import grants

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.add_column("api_key", sa.Column("quota_requests", sa.BigInteger(), nullable=True))
    op.add_column("api_key", sa.Column("quota_rows", sa.BigInteger(), nullable=True))
    op.create_table(
        "quota_window",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("last_granted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "counted", "ends_at", name=op.f("quota_window_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("quota_window_ends_at_idx"), "quota_window", ["ends_at"])
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step. Keys with quotas then may ask for any number."""
    op.drop_table("quota_window")
    op.drop_column("api_key", "quota_rows")
    op.drop_column("api_key", "quota_requests")
