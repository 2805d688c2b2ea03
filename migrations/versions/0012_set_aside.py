"""What is reported and does not count: set aside, until it is confirmed or for good."""

import sqlalchemy as sa
from alembic import op

from migrations import grants, sql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
supports = "0003"

CODE = sa.Text(collation="C")


def upgrade() -> None:
    """Apply this step. The functions of before stay: gateways of before call them."""
    op.add_column("submission", sa.Column("reported_at", sa.DateTime(timezone=True)))
    op.add_column("submission", sa.Column("obs_status", sa.Text()))
    op.add_column("submission", sa.Column("confirmed_by", sa.BigInteger()))
    op.create_table(
        "submission_aside",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('submission_id_seq'::regclass)"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("applicant", CODE, nullable=False),
        sa.Column("measure", CODE, nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("codes", sa.ARRAY(CODE), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("obs_status", sa.Text(), nullable=True),
        sa.Column("set_aside", sa.Text(), nullable=False),
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
            name=op.f("submission_aside_value_check"),
        ),
        sa.PrimaryKeyConstraint("round", "id", name=op.f("submission_aside_pkey")),
    )
    op.create_index(
        "submission_aside_natural_key",
        "submission_aside",
        ["round", "applicant", "measure", "reporter", "as_of", "id"],
    )
    op.execute(sql.read("judge_submissions.1"))
    op.execute(sql.read("append_submissions.1"))
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step; what was set aside is lost, and counted nowhere."""
    op.execute("DROP FUNCTION append_submissions")
    op.execute("DROP FUNCTION judge_submissions")
    op.drop_table("submission_aside")
    op.drop_column("submission", "confirmed_by")
    op.drop_column("submission", "obs_status")
    op.drop_column("submission", "reported_at")
