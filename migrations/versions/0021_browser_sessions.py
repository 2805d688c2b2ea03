"""Sessions of browsers, and links that begin one."""

import sqlalchemy as sa
from alembic import op

from migrations import grants

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
supports = "0003"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "browser_session",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("browser_session_pkey")),
        sa.UniqueConstraint("sha256", name=op.f("browser_session_sha256_key")),
        sa.ForeignKeyConstraint(["key"], ["api_key.id"], name=op.f("browser_session_key_fkey")),
    )
    op.create_index(op.f("browser_session_expires_at_idx"), "browser_session", ["expires_at"])
    op.create_table(
        "entry_link",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("entry_link_pkey")),
        sa.ForeignKeyConstraint(["key"], ["api_key.id"], name=op.f("entry_link_key_fkey")),
    )
    op.create_index(op.f("entry_link_expires_at_idx"), "entry_link", ["expires_at"])
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step: whoever is signed in is so no more."""
    op.drop_table("entry_link")
    op.drop_table("browser_session")
