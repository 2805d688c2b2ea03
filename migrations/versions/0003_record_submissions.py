"""A function that appends submissions: the round is held and the rows are written in one call."""

from alembic import op

from migrations import grants, sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step. The function itself has no more rights than who calls it."""
    op.execute(sql.read("record_submissions.1"))
    op.execute("REVOKE EXECUTE ON FUNCTION record_submissions FROM PUBLIC")
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    op.execute("DROP FUNCTION record_submissions")
