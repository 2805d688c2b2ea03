"""Rows that a session is limited to: the others are not there for it."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
supports = "0003"


IDS = {"rounds", "reporters"}
"""What a session is limited to by number, looked up when it is limited; the rest are codes."""


def limit(name: str) -> str:
    """Return the array that a session is limited to; NULL: it is not.

    A setting that was taken back is empty, and so is one that a gateway of before never made.
    """
    return f"nullif(current_setting('pilotzone.{name}', true), '')::{_array(name)}"


def _array(name: str) -> str:
    return "bigint[]" if name in IDS else "text[]"


def within(column: str, name: str) -> str:
    """Return that a row's *column* is within the limit; without one it is unknown, and so let be.

    The array is a query of its own, worked out once for a statement, where it is used at all.
    """
    return f"({column} = ANY ((SELECT {limit(name)})::{_array(name)})) IS NOT FALSE"


def unlimited(*names: str) -> str:
    """Return that no limit is set: all that those who have none pay for each row."""
    return f"(SELECT num_nonnulls({', '.join(map(limit, names))}) = 0)"


IN_ROUND = within("round", "rounds")
SUBMITTED = f"""
    {unlimited("applicants", "measures", "rounds")}
    OR {within("applicant", "applicants")} AND {within("measure", "measures")} AND {IN_ROUND}"""
TIED = f"""
    {unlimited("applicants", "rounds")} OR {within("applicant", "applicants")} AND {IN_ROUND}"""
RECEIVED = f"""
    {unlimited("reporters", "rounds")} OR {within("reporter", "reporters")} AND {IN_ROUND}"""
OF_RECEIPT = f"""
    {unlimited("reporters", "rounds")} OR EXISTS (
        SELECT FROM batch WHERE batch.round = batch_part.round AND batch.id = batch_part.batch)"""

POLICIES = {
    "submission": SUBMITTED,
    "submission_aside": SUBMITTED,
    "conflict": TIED,
    "batch": RECEIVED,
    "batch_slice": RECEIVED,
    "batch_part": OF_RECEIPT,
}
"""For whoever is not the tables' owner, a role that somebody adds later included."""


def upgrade() -> None:
    """Apply this step."""
    for table, reached in POLICIES.items():
        op.execute(f"CREATE POLICY reach ON {table} USING ({reached})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    """Undo this step: what is limited then rests on the routes alone."""
    for table in POLICIES:
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY reach ON {table}")
