"""Columns of numbers out of PostgreSQL, without a Python object per value.

A query whose columns all have a fixed width and are never NULL comes over COPY's binary format as
equal rows, which numpy reads in place. Arrays of one length count as fixed too.
Source: PostgreSQL documentation, COPY, "Binary Format".
"""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncSession

from shared.store.engine import driver_of

HEADER = 19  # signature, flags, length of the extension
TRAILER = 2

HEAD = np.dtype([(name, ">i4") for name in ("dimensions", "nulls", "type", "length", "from")])

SCALARS = {"int4": ">i4", "int8": ">i8", "float8": ">f8", "bool": "?"}


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
    session: AsyncSession, query: str, arguments: tuple[Any, ...], row: np.dtype[np.void]
) -> dict[str, npt.NDArray[Any]]:
    """Run *query* (PostgreSQL's own placeholders, $1 …) and return its columns by name.

    Each column is an array of shape (rows,), or (rows, length) for an array column, in the
    machine's byte order. A query that does not fit *row* is a ValueError.
    """
    driver = await driver_of(session)
    stream = io.BytesIO()
    await driver.copy_from_query(query, *arguments, output=stream, format="binary")
    raw = stream.getvalue()
    count, rest = divmod(len(raw) - HEADER - TRAILER, row.itemsize)
    rows = np.frombuffer(raw, row, offset=HEADER, count=count)
    if rest or not all(np.all(as_described) for as_described in _framing(rows)):
        raise ValueError("the query's rows do not have the width that was described")
    return {name: _native(rows[name]) for name in _columns(row)}


def _columns(row: np.dtype[np.void]) -> list[str]:
    return [name for name in row.names or () if "." not in name and name != "fields"]


def _framing(rows: npt.NDArray[np.void]) -> Iterator[npt.NDArray[np.bool_]]:
    """Compare what PostgreSQL says of its own rows with what was described."""
    yield rows["fields"] == len(_columns(rows.dtype))
    for name in _columns(rows.dtype):
        width = rows.dtype[name].itemsize
        if f"{name}.head" in (rows.dtype.names or ()):
            width += HEAD.itemsize
            yield rows[f"{name}.head"]["nulls"] == 0
        yield rows[f"{name}.width"] == width


def _native(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if column.dtype.names:
        column = column["item"]
    return np.ascontiguousarray(column, column.dtype.newbyteorder("="))
