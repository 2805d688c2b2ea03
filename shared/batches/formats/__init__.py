"""Formats of files: each is a small module that yields rows with their place in the file."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from shared.batches.formats import csv_rows, json_lines, json_rows, sdmx_csv
from shared.batches.rows import Row
from shared.batches.slices import Declared
from shared.core.errors import Finding, Invalid

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


def declared(format_: str, body: bytes, beside: Declared | None) -> Declared | None:
    """Return the slice that a file declares, or that is declared *beside* it.

    Of the formats JSON alone has a place for it. Raises: Invalid, where both say one.
    """
    own = json_rows.declared(body) if format_ == "application/json" else None
    if own is not None and beside is not None:
        finding = Finding("/slice", "slice-twice", "Say the slice in the file or beside it.")
        raise Invalid("the slice is declared twice", (finding,))
    return beside if own is None else own
