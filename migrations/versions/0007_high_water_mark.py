"""A run says up to which id its round's changes are all taken in: readers look above it."""

import sqlalchemy as sa
from alembic import op

from migrations import grants

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step. Runs of a worker that does not know the column leave readers no bound."""
    op.add_column(
        "run",
        sa.Column("changes_until", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    op.drop_column("run", "changes_until")
