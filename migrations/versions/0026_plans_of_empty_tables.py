"""Submissions are judged and appended by plans that are as good if they were made while empty."""

from alembic import op

from migrations import sql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None
supports = "0003"

NAMES = ("judge_items", "append_items")


def upgrade() -> None:
    """Apply this step."""
    for name in NAMES:
        op.execute(sql.read(f"{name}.2"))


def downgrade() -> None:
    """Undo this step."""
    for name in NAMES:
        made = sql.read(f"{name}.1")
        op.execute(made.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
