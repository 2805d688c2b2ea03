"""The tables, and who may do what with them."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# No other right is given: what is append-only can only be inserted, and the columns that the
# database fills (id, recorded_at) can't be supplied.
RIGHTS = {
    "pilotzone_gateway": """
        SELECT ON alembic_version, api_key, applicant, audit_event, entry, framework, reporter,
            round, round_failure, run, run_input, run_parameters, score_version, submission,
            submission_change
        INSERT (code, version, sha256, document) ON framework
        INSERT (code, kind, name_zh, name_en, division) ON applicant
        UPDATE (name_zh, name_en, division, changed_at) ON applicant
        INSERT (code, framework, title, reference_date, opens_at, closes_at) ON round
        UPDATE (state) ON round
        INSERT (round, applicant, kind, state) ON entry
        UPDATE (state, changed_at) ON entry
        INSERT (round, applicant, measure, reporter, kind, as_of, revision, status, number, codes,
            reference, comment, request_id) ON submission
        INSERT (round, applicant, submission, request_id) ON submission_change
        INSERT (round, actor, action, subject, detail, request_id) ON audit_event
        USAGE ON SEQUENCE audit_event_id_seq, framework_id_seq, round_id_seq,
            submission_change_id_seq, submission_id_seq
    """,
    "pilotzone_worker": """
        SELECT ON alembic_version, applicant, entry, framework, round, round_failure, run,
            run_input, run_parameters, score_version, submission, submission_change
        DELETE ON submission_change
        INSERT (round, number, worker, request_ids, submissions, other_changes, cohort,
            scores_written, read_ms, compute_ms, write_ms, started_at) ON run
        INSERT ON run_input, run_parameters, score_version
        INSERT, UPDATE, DELETE ON round_failure
    """,
}


def rights(role: str) -> list[str]:
    """Return the grants of *role*, one clause each."""
    clauses = re.split(r"\n(?= {8}\S)", RIGHTS[role].strip("\n"))
    return [" ".join(clause.split()) for clause in clauses if clause.strip()]


def create_role(role: str) -> None:
    """Create *role* for the whole server where we may; its name is taken: another database's.

    Where the connecting role may not create roles, an administrator does it and runs the grants
    (docs/operations.md); until then gateway and worker run with the rights they connect with.
    """
    grants = "\n".join(f"        GRANT {clause} TO {role};" for clause in rights(role))
    op.execute(f"""
DO $rights$
BEGIN
    BEGIN
        CREATE ROLE {role} NOLOGIN;
        GRANT {role} TO CURRENT_USER;
    EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
        RAISE NOTICE 'role {role}: %', SQLERRM;
    END;
    IF to_regrole('{role}') IS NOT NULL THEN
{grants}
    END IF;
END
$rights$""")


def upgrade() -> None:
    """Apply this step; a lock that somebody holds makes it fail, not wait."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
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
    for role in RIGHTS:
        create_role(role)


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
