"""What applicants were called before, and how far their changes had come at each run."""

import sqlalchemy as sa
from alembic import op

from migrations import grants, sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
supports = "0003"


def upgrade() -> None:
    """Apply this step: to runs of before, applicants are called what they are now."""
    op.create_table(
        "applicant_past",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code", "until", name=op.f("applicant_past_pkey")),
    )
    for name in ("keep_former_applicant.1", "stamp_names.1"):
        op.execute(sql.read(name))
    # Owned, so that it goes with its table where a restore replaces all there is.
    op.execute("CREATE SEQUENCE applicant_version OWNED BY applicant.version")
    op.execute("""
        SELECT setval('applicant_version', coalesce(max(version), 0) + 1, false) FROM applicant
    """)
    op.execute("""
        CREATE TRIGGER keep_former BEFORE UPDATE ON applicant
        FOR EACH ROW EXECUTE FUNCTION keep_former_applicant()
    """)
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON applicant_past
        EXECUTE FUNCTION refuse_change()
    """)
    op.execute("ALTER TABLE applicant_past ENABLE ALWAYS TRIGGER append_only")
    op.add_column(
        "run",
        sa.Column("names_version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.execute("""
        CREATE TRIGGER stamp_names BEFORE INSERT ON run
        FOR EACH ROW EXECUTE FUNCTION stamp_names()
    """)
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step: what applicants were called before is lost."""
    op.execute("DROP TRIGGER keep_former ON applicant")
    op.execute("DROP TRIGGER stamp_names ON run")
    op.drop_column("run", "names_version")
    op.drop_table("applicant_past")
    op.execute("DROP FUNCTION keep_former_applicant")
    op.execute("DROP FUNCTION stamp_names")
    op.execute("DROP SEQUENCE applicant_version")
