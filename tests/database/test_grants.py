"""The rights under migrations/sql: that each statement reaches the database."""

import re
from pathlib import Path

from migrations import grants


def test_every_statement_is_given_by_its_step(root: Path) -> None:
    """One that names no role of ours would be left out in silence."""
    files = sorted((root / "migrations" / "sql").glob("grants.*.sql"))
    assert [file.name for file in files] == [f"grants.{step}.sql" for step in grants.STEPS]

    for step, file in zip(grants.STEPS, files, strict=True):
        written = re.sub(r"^--.*$", "", file.read_text("utf-8"), flags=re.MULTILINE).split(";")
        given = "".join(grants.of_step(step))
        assert written.pop().strip() == ""
        assert all(f"{statement.strip()};" in given for statement in written)
