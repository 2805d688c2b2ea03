"""Keys that sign what they send, and the nonces they have used."""

import sqlalchemy as sa
from alembic import op

from migrations import grants

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step."""
    op.add_column("api_key", sa.Column("signing_key", sa.Text(), nullable=True))
    op.create_table(
        "signature_nonce",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "nonce", name=op.f("signature_nonce_pkey")),
    )
    op.create_index(op.f("signature_nonce_expires_at_idx"), "signature_nonce", ["expires_at"])
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step. Keys that had to sign open without: revoke them before."""
    op.drop_table("signature_nonce")
    op.drop_column("api_key", "signing_key")
