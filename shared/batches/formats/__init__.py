"""Formats of files: each is a small module that yields rows with their place in the file."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from shared.batches.formats import csv_rows, json_lines, json_rows, sdmx_csv
from shared.batches.rows import Row

Reader = Callable[[bytes], Iterator[Row]]

READERS: MappingProxyType[str, Reader] = MappingProxyType(
    {
        "application/json": json_rows.read,
        "application/jsonl": json_lines.read,
        "text/csv": csv_rows.read,
        "application/vnd.sdmx.data+csv": sdmx_csv.read,
    }
)
"""By media type. A reader raises `FileUnreadable` where it cannot go on."""
