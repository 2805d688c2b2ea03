"""Experts' ties and pseudonyms, adjudicated marks, operations; the change log is vacuumed early."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = "kind IN ('source', 'applicant', 'expert')"
WIDER_KINDS = "kind IN ('source', 'applicant', 'expert', 'adjudicator')"


def replace_kinds(condition: str) -> None:
    """Let a submission's kind be what *condition* says."""
    op.execute(f"""
-- squawk-ignore ban-drop-constraint, constraint-missing-not-valid
ALTER TABLE submission DROP CONSTRAINT submission_kind_check,
    ADD CONSTRAINT submission_kind_check CHECK ({condition})""")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "conflict",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("applicant", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('declared', 'lifted')", name=op.f("conflict_state_check")),
        sa.PrimaryKeyConstraint("round", "reporter", "applicant", name=op.f("conflict_pkey")),
    )
    op.create_table(
        "operation",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSON(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("progress", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", postgresql.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("operation_state_check"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (result IS NOT NULL)", name=op.f("operation_result_check")
        ),
        sa.PrimaryKeyConstraint("round", "id", name=op.f("operation_pkey")),
    )
    op.create_index(
        op.f("operation_round_id_idx"),
        "operation",
        ["round", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.execute("ALTER TABLE round ADD COLUMN salt uuid")
    op.execute("ALTER TABLE round ALTER COLUMN salt SET DEFAULT gen_random_uuid()")
    op.execute("UPDATE round SET salt = gen_random_uuid()")
    op.execute("""
-- squawk-ignore adding-not-nullable-field
ALTER TABLE round ALTER COLUMN salt SET NOT NULL""")  # a row per round: read in no time
    replace_kinds(WIDER_KINDS)
    # Every row of the log is deleted soon; what is dead must not wait until it is a fifth of all.
    op.execute(
        "ALTER TABLE submission_change SET (autovacuum_vacuum_scale_factor = 0,"
        " autovacuum_vacuum_threshold = 5000)"
    )
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step. Adjudicated marks must be gone before: the older schema has no such kind."""
    op.execute(
        "ALTER TABLE submission_change RESET (autovacuum_vacuum_scale_factor,"
        " autovacuum_vacuum_threshold)"
    )
    replace_kinds(KINDS)
    op.drop_column("round", "salt")
    op.drop_index(
        op.f("operation_round_id_idx"),
        table_name="operation",
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.drop_table("operation")
    op.drop_table("conflict")
