"""What runs took in of one applicant is found by the applicant, however many runs there were."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.create_index(
        op.f("run_input_round_applicant_run_idx"),
        "run_input",
        ["round", "applicant", "run"],
        unique=False,
    )


def downgrade() -> None:
    """Undo this step."""
    op.drop_index(op.f("run_input_round_applicant_run_idx"), table_name="run_input")
