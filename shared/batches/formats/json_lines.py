"""JSON Lines: a row in each line. A line that is not JSON is a bad row, the others are read."""

from collections.abc import Iterator

from shared.batches.formats import json_rows
from shared.batches.formats.text import lines
from shared.batches.rows import Row


def read(body: bytes) -> Iterator[Row]:
    """Yield the rows of a file of JSON Lines; empty lines are none. Raises: FileUnreadable."""
    index = 0
    for number, line in enumerate(lines(body), 1):
        if line.strip():
            yield json_rows.row(index, number, line.rstrip("\r\n").encode())
            index += 1
