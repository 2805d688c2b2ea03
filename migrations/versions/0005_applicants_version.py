"""A counter of changes to applicants: the clock may be set back."""

import sqlalchemy as sa
from alembic import op

from migrations import grants

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "applicant",
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.create_index(op.f("applicant_version_idx"), "applicant", ["version"], unique=False)
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    op.drop_index(op.f("applicant_version_idx"), table_name="applicant")
    op.drop_column("applicant", "version")
