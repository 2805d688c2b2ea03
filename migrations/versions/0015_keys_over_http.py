"""Keys that gateways make and end, that reach some rounds alone, and when each was last used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants, sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
supports = "0003"

TRIGGER = """
CREATE TRIGGER api_key_ends AFTER UPDATE OF revoked_at, expires_at ON api_key
FOR EACH ROW EXECUTE FUNCTION end_api_key()"""

REVOKE = """
DO $rights$
BEGIN
    IF to_regrole('pilotzone_gateway') IS NOT NULL THEN
        REVOKE INSERT (name, role) ON reporter FROM pilotzone_gateway;
        REVOKE INSERT (reporter, sha256, applicants, measures, rounds, expires_at, signing_key),
            UPDATE (revoked_at, expires_at, last_used_at) ON api_key FROM pilotzone_gateway;
        REVOKE USAGE ON SEQUENCE reporter_id_seq, api_key_id_seq FROM pilotzone_gateway;
    END IF;
END
$rights$"""


def upgrade() -> None:
    """Apply this step."""
    op.add_column("api_key", sa.Column("rounds", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("api_key", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sql.read("end_api_key.1"))
    op.execute(TRIGGER)
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step. Keys that were limited to rounds reach all: revoke them before."""
    op.execute(REVOKE)
    op.execute("DROP TRIGGER api_key_ends ON api_key")
    op.execute("DROP FUNCTION end_api_key")
    op.drop_column("api_key", "last_used_at")
    op.drop_column("api_key", "rounds")
