"""The tables, and who may do what with them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations import grants
from shared.core.database_role import DatabaseRole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "applicant",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=True),
        sa.Column(
            "registered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('county', 'park')", name=op.f("applicant_kind_check")),
        sa.PrimaryKeyConstraint("code", name=op.f("applicant_pkey")),
    )
    op.create_index(op.f("applicant_changed_at_idx"), "applicant", ["changed_at"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSON(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_event_pkey")),
    )
    op.create_table(
        "framework",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.Text(collation="C"), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSON(), nullable=False),
        sa.Column(
            "registered_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("framework_pkey")),
        sa.UniqueConstraint("code", "version", name=op.f("framework_code_version_key")),
    )
    op.create_table(
        "reporter",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'portal', 'source', 'expert', 'auditor')",
            name=op.f("reporter_role_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("reporter_pkey")),
        sa.UniqueConstraint("name", name=op.f("reporter_name_key")),
    )
    op.create_table(
        "round_failure",
        sa.Column("round", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column(
            "failed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("round", name=op.f("round_failure_pkey")),
    )
    op.create_table(
        "run",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("request_ids", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("other_changes", sa.Integer(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("scores_written", sa.Integer(), nullable=False),
        sa.Column("read_ms", sa.Double(), nullable=False),
        sa.Column("compute_ms", sa.Double(), nullable=False),
        sa.Column("write_ms", sa.Double(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("round", "number", name=op.f("run_pkey")),
    )
    op.create_table(
        "run_input",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("applicant", sa.Text(collation="C"), nullable=False),
        sa.Column("submissions", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("round", "run", "applicant", name=op.f("run_input_pkey")),
    )
    op.create_table(
        "run_parameters",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("parameters", postgresql.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("round", "run", name=op.f("run_parameters_pkey")),
    )
    op.create_table(
        "score_version",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("applicant", sa.Text(collation="C"), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("values", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("shares", sa.ARRAY(sa.Double()), nullable=False),
        sa.Column("units", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("round", "applicant", "run", name=op.f("score_version_pkey")),
    )
    op.create_index(
        op.f("score_version_round_run_idx"), "score_version", ["round", "run"], unique=False
    )
    op.create_table(
        "submission",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("applicant", sa.Text(collation="C"), nullable=False),
        sa.Column("measure", sa.Text(collation="C"), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("codes", sa.ARRAY(sa.Text(collation="C")), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "CASE status WHEN 'withdrawn' THEN num_nonnulls(number, codes) = 0"
            " WHEN 'reported' THEN num_nonnulls(number, codes) = 1 ELSE false END",
            name=op.f("submission_value_check"),
        ),
        sa.CheckConstraint(
            "kind IN ('source', 'applicant', 'expert')", name=op.f("submission_kind_check")
        ),
        sa.PrimaryKeyConstraint("round", "id", name=op.f("submission_pkey")),
        sa.UniqueConstraint(
            "round",
            "applicant",
            "measure",
            "reporter",
            "as_of",
            "revision",
            name="submission_natural_key",
        ),
    )
    op.create_table(
        "submission_change",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("applicant", sa.Text(collation="C"), nullable=False),
        sa.Column("submission", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("round", "id", name=op.f("submission_change_pkey")),
    )
    op.create_index(
        op.f("submission_change_round_submission_idx"),
        "submission_change",
        ["round", "submission"],
        unique=False,
        postgresql_where=sa.text("submission IS NOT NULL"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("applicants", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("measures", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["reporter"], ["reporter.id"], name=op.f("api_key_reporter_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_key_pkey")),
        sa.UniqueConstraint("sha256", name=op.f("api_key_sha256_key")),
    )
    op.create_table(
        "round",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("framework", sa.BigInteger(), nullable=False),
        sa.Column("title", postgresql.JSON(), nullable=False),
        sa.Column("reference_date", sa.Date(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("round_state_check")),
        sa.ForeignKeyConstraint(["framework"], ["framework.id"], name=op.f("round_framework_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("round_pkey")),
        sa.UniqueConstraint("code", name=op.f("round_code_key")),
    )
    op.create_table(
        "entry",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("applicant", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('accepted', 'withdrawn')", name=op.f("entry_state_check")),
        sa.ForeignKeyConstraint(["round"], ["round.id"], name=op.f("entry_round_fkey")),
        sa.PrimaryKeyConstraint("round", "applicant", name=op.f("entry_pkey")),
    )
    for role in DatabaseRole:
        op.execute(grants.creation(role))
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step; the roles stay, since other databases of the server may use them."""
    op.drop_table("entry")
    op.drop_table("round")
    op.drop_table("api_key")
    op.drop_index(
        op.f("submission_change_round_submission_idx"),
        table_name="submission_change",
        postgresql_where=sa.text("submission IS NOT NULL"),
    )
    op.drop_table("submission_change")
    op.drop_table("submission")
    op.drop_index(op.f("score_version_round_run_idx"), table_name="score_version")
    op.drop_table("score_version")
    op.drop_table("run_parameters")
    op.drop_table("run_input")
    op.drop_table("run")
    op.drop_table("round_failure")
    op.drop_table("reporter")
    op.drop_table("framework")
    op.drop_table("audit_event")
    op.drop_index(op.f("applicant_changed_at_idx"), table_name="applicant")
    op.drop_table("applicant")
