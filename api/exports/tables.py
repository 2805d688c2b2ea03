"""What formats are made of: pages of something, each of which is rows or JSON."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

Cell = str | bool | float | date | datetime | None
"""A moment has its zone. What a list's item has as a list of codes is one text, parted by `;`; an
object whose members differ from item to item is JSON."""

Row = list[Cell]
Page = TypeVar("Page")


@dataclass(frozen=True)
class Table(Generic[Page]):
    """Something to export: *pages*, read as they are asked for.

    *rows* and *documents* say the same of a page: a cell for each of *columns*, or the list's items
    as JSON. Both are for a thread of their own, and touch nothing else. A column is named by the
    path of its member in a list's item.
    """

    columns: Sequence[str]
    pages: AsyncGenerator[Page, None]
    rows: Callable[[Page], Iterator[Row]]
    documents: Callable[[Page], Iterator[bytes]]


def codes(listed: Sequence[str]) -> str:
    """Return a list of codes as one cell."""
    return ";".join(listed)
