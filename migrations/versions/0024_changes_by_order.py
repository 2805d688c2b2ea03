"""Whether a submission waits follows from the order of the change log, without an index of it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
supports = "0003"

INDEX = "submission_change_round_submission_idx"

# All steps are one transaction, in which nothing can be done concurrently. The table is locked for
# an instant, and waited for no longer than the time-out of locks lets it.
DROP = f"""
    -- squawk-ignore require-concurrent-index-deletion
    DROP INDEX {INDEX}
"""


def upgrade() -> None:
    """Apply this step. Code of before finds the same without the index, in the round's log."""
    op.execute(DROP)


def downgrade() -> None:
    """Undo this step."""
    op.create_index(
        op.f(INDEX),
        "submission_change",
        ["round", "submission"],
        unique=False,
        postgresql_where=sa.text("submission IS NOT NULL"),
    )
