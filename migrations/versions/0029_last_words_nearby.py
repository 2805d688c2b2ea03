"""What was said last is looked for where it mostly is, not in all that was ever said."""

from alembic import op

from migrations import sql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.execute(sql.read("judge_items.3"))


def downgrade() -> None:
    """Undo this step."""
    op.execute(sql.read("judge_items.2"))
