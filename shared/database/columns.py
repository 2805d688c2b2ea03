"""Columns of numbers out of PostgreSQL and into it, without a Python object per value.

Rows whose columns all have a fixed width and are never NULL are equal in COPY's binary format, so
that numpy reads and writes them in place. Arrays of one length count as fixed too.
Source: PostgreSQL documentation, COPY, "Binary Format".
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.database.database import Session, driver_of

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # signature, no flags, no extension
TRAILER = b"\xff\xff"

CHUNK = 500
"""Rows written at once: while PostgreSQL takes some in, the next are made ready."""

HEAD = np.dtype([(name, ">i4") for name in ("dimensions", "nulls", "type", "length", "from")])

SCALARS = {"int4": ">i4", "int8": ">i8", "float8": ">f8", "bool": "?"}

TYPES = {np.dtype(">i4"): 23, np.dtype(">i8"): 20, np.dtype(">f8"): 701}
"""PostgreSQL's own number of what an array holds."""


def row_type(**columns: str | tuple[str, int]) -> np.dtype[np.void]:
    """Describe a row: each column `int4`, `int8`, `float8`, `bool`, or (one of them, length)."""
    fields: list[tuple[Any, ...]] = [("fields", ">i2")]
    for name, kind in columns.items():
        fields.append((f"{name}.width", ">i4"))
        if isinstance(kind, str):
            fields.append((name, SCALARS[kind]))
        else:
            scalar, length = kind
            item = np.dtype([("width", ">i4"), ("item", SCALARS[scalar])])
            fields += [(f"{name}.head", HEAD), (name, item, (length,))]
    return np.dtype(fields)


async def read(
    session: Session, query: str, arguments: tuple[Any, ...], row: np.dtype[np.void]
) -> dict[str, npt.NDArray[Any]]:
    """Run *query* (PostgreSQL's own placeholders, $1 …) and return its columns by name.

    Each column is an array of shape (rows,), or (rows, length) for an array column, in the
    machine's byte order. A query that does not fit *row* is a ValueError.
    """
    driver = await driver_of(session)
    raw = bytearray()

    # A coroutine, since the driver would hand each piece to a thread for what may block.
    async def take(piece: bytes) -> None:
        raw.extend(piece)

    await driver.copy_from_query(query, *arguments, output=take, format="binary")
    count, rest = divmod(len(raw) - len(HEADER) - len(TRAILER), row.itemsize)
    rows = np.frombuffer(raw, row, offset=len(HEADER), count=count)
    if rest or not all(np.all(as_described) for as_described in _framing(rows)):
        raise ValueError("the query's rows do not have the width that was described")
    return {name: _native(rows[name]) for name in _columns(row)}


async def read_few(
    session: Session, query: str, arguments: tuple[Any, ...], row: np.dtype[np.void]
) -> dict[str, npt.NDArray[Any]]:
    """Return what `read` does, of a few rows: in one round trip, where COPY takes four."""
    driver = await driver_of(session)
    records, found = await driver.fetch(query, *arguments), {}
    for at, name in enumerate(_columns(row)):
        kind = row[name].base["item"] if _is_array(row, name) else row[name]
        column = np.array([each[at] for each in records], kind.newbyteorder("="))
        found[name] = column.reshape(len(records), *row[name].shape)
    return found


async def write(
    session: Session,
    table: str,
    columns: Mapping[str, npt.NDArray[Any]],
    row: np.dtype[np.void],
) -> None:
    """Append *columns* to *table*, whose columns have the same names and are described by *row*.

    Each is an array of shape (rows,), or (rows, length) for an array column, as `read` gives them.
    """
    driver = await driver_of(session)
    names = _columns(row)
    stream = _stream([columns[name] for name in names], row)
    await driver.copy_to_table(table, source=stream, columns=names, format="binary")


async def _stream(columns: list[npt.NDArray[Any]], row: np.dtype[np.void]) -> AsyncIterator[bytes]:
    yield HEADER
    for start in range(0, len(columns[0]), CHUNK):
        yield _framed([column[start : start + CHUNK] for column in columns], row).tobytes()
    yield TRAILER


def _framed(columns: list[npt.NDArray[Any]], row: np.dtype[np.void]) -> npt.NDArray[np.void]:
    """Put *columns* into rows as PostgreSQL frames them."""
    rows = np.empty(len(columns[0]), row)
    rows["fields"] = len(columns)
    for name, column in zip(_columns(row), columns, strict=True):
        rows[f"{name}.width"] = _width(row, name)
        if _is_array(row, name):
            items = rows[name]
            items["width"], items["item"] = items.dtype["item"].itemsize, column
            type_ = TYPES[items.dtype["item"]]
            rows[f"{name}.head"] = np.array((1, 0, type_, items.shape[1], 1), HEAD)
        else:
            rows[name] = column
    return rows


def _is_array(row: np.dtype[np.void], name: str) -> bool:
    return f"{name}.head" in (row.names or ())


def _width(row: np.dtype[np.void], name: str) -> int:
    """Give the bytes of a column as PostgreSQL counts them."""
    return row[name].itemsize + (HEAD.itemsize if _is_array(row, name) else 0)


def _columns(row: np.dtype[np.void]) -> list[str]:
    return [name for name in row.names or () if "." not in name and name != "fields"]


def _framing(rows: npt.NDArray[np.void]) -> Iterator[npt.NDArray[np.bool_]]:
    """Compare what PostgreSQL says of its own rows with what was described."""
    yield rows["fields"] == len(_columns(rows.dtype))
    for name in _columns(rows.dtype):
        yield rows[f"{name}.width"] == _width(rows.dtype, name)
        if _is_array(rows.dtype, name):
            yield rows[f"{name}.head"]["nulls"] == 0


def _native(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if column.dtype.names:
        column = column["item"]
    return np.ascontiguousarray(column, column.dtype.newbyteorder("="))
