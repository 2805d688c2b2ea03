"""A submission can say which revision it follows."""

from alembic import op

from migrations import grants, sql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step. The function of before stays: gateways of before call it."""
    op.execute(sql.read("record_expected_submissions.1"))
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    op.execute("DROP FUNCTION record_expected_submissions")
