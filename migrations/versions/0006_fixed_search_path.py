"""Functions find their tables in `public`, whatever their caller's temporary tables are called."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.execute("ALTER FUNCTION record_submissions SET search_path = public, pg_temp")


def downgrade() -> None:
    """Undo this step."""
    op.execute("ALTER FUNCTION record_submissions RESET search_path")
