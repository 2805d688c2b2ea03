"""A file's submissions are one row of the change log, not one each."""

import sqlalchemy as sa
from alembic import op

from migrations import grants

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None
supports = "0003"

# New rows are held to it at once; the old ones, which are looked through next, all satisfy it.
OF_ONE_OR_MANY = """
    ALTER TABLE submission_change ADD CONSTRAINT submission_change_of_one_or_many_check
    CHECK ((applicant IS NULL) = (last_submission IS NOT NULL)
        AND (last_submission IS NULL OR last_submission >= submission)) NOT VALID
"""
VALIDATED = """
    -- squawk-ignore constraint-missing-not-valid
    ALTER TABLE submission_change VALIDATE CONSTRAINT submission_change_of_one_or_many_check
"""
OF_NONE = """
    -- squawk-ignore ban-drop-not-null
    ALTER TABLE submission_change ALTER COLUMN applicant DROP NOT NULL
"""
SPREAD = """
    WITH logged AS (
        DELETE FROM submission_change RETURNING *
    )
    INSERT INTO submission_change (round, applicant, submission, request_id, recorded_at)
    SELECT logged.round, coalesce(logged.applicant, said.applicant),
        coalesce(said.id, logged.submission), logged.request_id, logged.recorded_at
    FROM logged LEFT JOIN submission AS said
        ON said.round = logged.round
        AND said.id BETWEEN logged.submission AND logged.last_submission
    ORDER BY logged.id, said.id
"""
"""All rows are new, so that they lie in the order in which they are taken in."""


def upgrade() -> None:
    """Apply this step. Workers of before fail on such a row and leave it to those that know it."""
    op.add_column("submission_change", sa.Column("last_submission", sa.BigInteger()))
    op.add_column(
        "submission_change",
        sa.Column("changes", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.execute(OF_NONE)
    op.execute(OF_ONE_OR_MANY)
    op.execute(VALIDATED)
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step: each submission that waits has a row again."""
    op.execute("LOCK TABLE submission_change IN ACCESS EXCLUSIVE MODE")
    op.execute(SPREAD)
    op.drop_constraint("submission_change_of_one_or_many_check", "submission_change")
    op.alter_column("submission_change", "applicant", nullable=False)
    op.drop_column("submission_change", "changes")
    op.drop_column("submission_change", "last_submission")
