"""The array types of the domain, and what is asked of such arrays everywhere."""

from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FlagArray = NDArray[np.int32]
BoolArray = NDArray[np.bool_]


def runs(*keys: NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Find the runs of rows that are equal in all *keys*, each of shape (rows,) and sorted.

    The result is where each run starts and how many rows it has; no row, no run.
    """
    rows = keys[0].size
    begins = np.zeros(rows, dtype=np.bool_)
    begins[:1] = True
    for key in keys:
        begins[1:] |= key[1:] != key[:-1]
    starts = np.flatnonzero(begins)
    return starts, np.diff(starts, append=rows)


def number(value: float) -> float | None:
    """Return *value* as a plain number, None where it is missing."""
    return None if isnan(value) else float(value)
