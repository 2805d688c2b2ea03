"""What happens in a round besides runs, for who listens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants, sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "round_event",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("detail", postgresql.JSON(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('round', 'operation')", name=op.f("round_event_kind_check")),
        sa.PrimaryKeyConstraint("round", "kind", "position", name=op.f("round_event_pkey")),
    )
    op.execute(sql.read("append_round_event.1"))
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step; streams then tell of runs alone."""
    op.execute("DROP FUNCTION append_round_event")
    op.drop_table("round_event")
