"""Whoever appends submissions has the round to itself, so that ids appear in their order."""

from alembic import op

from migrations import sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step. Gateways of the release before work with the new function as well."""
    op.execute(sql.read("record_submissions.2"))


def downgrade() -> None:
    """Undo this step."""
    op.execute(
        sql.read("record_submissions.1").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    )
