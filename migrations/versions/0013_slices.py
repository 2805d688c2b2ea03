"""Slices that batches declare, and what came of them; rows of old receipts may be cleared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
supports = "0003"

CODE = sa.Text(collation="C")

REVOKE = """
DO $rights$
BEGIN
    IF to_regrole('pilotzone_gateway') IS NOT NULL THEN
        REVOKE DELETE ON batch_part FROM pilotzone_gateway;
    END IF;
END
$rights$"""


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "batch_slice",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("measure", CODE, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("omitted", postgresql.ARRAY(CODE), nullable=False),
        sa.Column("omitted_count", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "scope IN ('listed', 'number', 'entered')", name=op.f("batch_slice_scope_check")
        ),
        sa.PrimaryKeyConstraint("round", "batch", name=op.f("batch_slice_pkey")),
    )
    op.create_index(
        op.f("batch_slice_round_measure_reporter_as_of_batch_idx"),
        "batch_slice",
        ["round", "measure", "reporter", "as_of", "batch"],
    )
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    op.execute(REVOKE)
    op.drop_table("batch_slice")
