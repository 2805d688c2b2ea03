"""SQL that the steps run, a file each. A file that a release has carried is never edited.

`NAME.VERSION.sql` makes a function; a change of it is a file of the next version.
`grants.STEP.sql` says what each role may do from that step on.
"""

from pathlib import Path


def read(name: str) -> str:
    """Return the text of the file *name*, without `.sql`."""
    return Path(__file__).with_name(f"{name}.sql").read_text("utf-8")
