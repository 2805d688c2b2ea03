"""Submissions are appended as items of one type, which are read once and judged in one query."""

from alembic import op

from migrations import grants, sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
supports = "0003"

ITEM = """
    CREATE TYPE submission_item AS (
        applicant text, measure text, reporter bigint, kind text, as_of date, status text,
        number float8, joined text, reference text, comment text, request_id text,
        expects integer, moment timestamptz, observation text, doubt text, factor float8,
        confirmer bigint, reason text
    )
"""
BEFORE = ("append_submissions", "judge_submissions")
"""What gateways of before call; it rests on the new functions, so that the rules stand once."""


def upgrade() -> None:
    """Apply this step."""
    op.execute(ITEM)
    op.execute(sql.read("judge_items.1"))
    op.execute(sql.read("append_items.1"))
    for name in BEFORE:
        op.execute(sql.read(f"{name}.2"))
    for statement in grants.of_step(revision):
        op.execute(statement)


def downgrade() -> None:
    """Undo this step."""
    for name in BEFORE:
        made = sql.read(f"{name}.1")
        op.execute(made.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    op.execute("DROP FUNCTION append_items")
    op.execute("DROP FUNCTION judge_items")
    op.execute("DROP TYPE submission_item")
