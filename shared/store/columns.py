"""Columns of numbers out of PostgreSQL, without a Python object per value.

A query whose columns all have a fixed width and are never NULL comes over COPY's binary format as
equal rows, which numpy reads in place. Arrays of one length count as fixed too.
Source: PostgreSQL documentation, COPY, "Binary Format".
"""

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy.ext.asyncio import AsyncSession

HEADER = 19  # signature, flags, length of the extension
TRAILER = 2

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
            fields += [(f"{name}.head", "V20"), (name, item, (length,))]
    return np.dtype(fields)


async def read(
    session: AsyncSession, query: str, arguments: tuple[Any, ...], row: np.dtype[np.void]
) -> dict[str, npt.NDArray[Any]]:
    """Run *query* (PostgreSQL's own placeholders, $1 …) and return its columns by name.

    Each column is an array of shape (rows,), or (rows, length) for an array column, in the
    machine's byte order. A query that does not fit *row* is a ValueError.
    """
    connection = await (await session.connection()).get_raw_connection()
    stream = io.BytesIO()
    driver = connection.driver_connection
    assert driver is not None  # noqa: S101 -- a pooled connection in use has one
    await driver.copy_from_query(query, *arguments, output=stream, format="binary")
    raw = stream.getvalue()
    if (len(raw) - HEADER - TRAILER) % row.itemsize:
        raise ValueError("the query's rows do not have the width that was described")
    rows = np.frombuffer(
        raw, row, offset=HEADER, count=(len(raw) - HEADER - TRAILER) // row.itemsize
    )
    return {
        name: _native(rows[name])
        for name in row.names or ()
        if "." not in name and name != "fields"
    }


def _native(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if column.dtype.names:
        column = column["item"]
    return np.ascontiguousarray(column, column.dtype.newbyteorder("="))
