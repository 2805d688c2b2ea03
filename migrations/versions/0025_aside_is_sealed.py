"""What was set aside is sealed, too: a worker may read it, and finds the last that is."""

from alembic import op

from migrations import grants

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None
supports = "0003"

# All steps are one transaction, in which nothing can be done concurrently. Only who seals waits,
# for as long as the entries of all logs are read once, of which few or none are of this type.
INDEX = """
    -- squawk-ignore require-concurrent-index-creation
    CREATE INDEX log_entry_aside ON log_entry (round, epoch, position) WHERE type = 'aside'
"""
REVOKE = """
DO $rights$
BEGIN
    IF to_regrole('pilotzone_worker') IS NOT NULL THEN
        REVOKE SELECT ON submission_aside FROM pilotzone_worker;
    END IF;
END
$rights$"""


def upgrade() -> None:
    """Apply this step. What was set aside before it is sealed by the workers that know it."""
    op.execute(INDEX)
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step: what is sealed stays so, what is set aside from now on is not."""
    op.drop_index("log_entry_aside", "log_entry")
    op.execute(REVOKE)
