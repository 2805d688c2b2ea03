"""Events that a log seals are found past the requests that it does not, however many those are."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
supports = "0003"

# All steps are one transaction, in which nothing can be done concurrently. Events wait for as long
# as all that there are are read once: a second for some million.
INDEX = """
    -- squawk-ignore require-concurrent-index-creation
    CREATE INDEX audit_event_sealed ON audit_event (round, id)
    WHERE action NOT IN ('request.refused', 'request.accepted', 'record.read')
"""


def upgrade() -> None:
    """Apply this step. Code of before finds the same, and more quickly."""
    op.execute(INDEX)


def downgrade() -> None:
    """Undo this step."""
    op.drop_index("audit_event_sealed", "audit_event")
