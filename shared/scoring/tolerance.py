"""tolerance: where two numbers lie further apart than they may, as the decimals they stand for."""

from decimal import Context, Decimal

import numpy as np

from shared.scoring.arrays import BoolArray, FloatArray

DECIMAL = "{:.15g}".format
"""Writes a double as the decimal it stands for: 15 digits are what a double always keeps."""

EXACT = Context(prec=1000)
"""Digits enough for the difference of the largest double and the smallest."""

CLOSE = 2.0**-44
"""As a share of a number: more than lies between decimal and double, and than rounding adds."""

TINY = 1e-300
"""Below it doubles have fewer digits, and a product may vanish."""


def beyond(
    one: FloatArray, other: FloatArray, tolerance: FloatArray, unit: FloatArray | float = 1.0
) -> BoolArray:
    """Say where *one* and *other*, finite, differ by more than *tolerance* × *unit*.

    All are compared as decimals of 15 digits, without rounding: 0.77 differs from 0.7 by a tenth of
    it and no more, though in binary it does. Nothing is too large or too small to be compared. A
    *tolerance* of NaN is never exceeded; it and *unit* are never negative. All arrays have the same
    shape (rows,). `shared.submissions.tolerance` says the same in SQL.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        apart, allowed = np.abs(one - other), tolerance * unit
        doubt = (np.maximum(np.abs(one), np.abs(other)) + allowed) * CLOSE + TINY
        clear = np.abs(apart - allowed) > doubt  # never so where one of them is infinite or NaN
    found: BoolArray = clear & (apart > allowed)
    # Few are so close that doubles can't decide; nearly all that do not differ at all are equal.
    rows = np.flatnonzero(~clear & (one != other) & ~np.isnan(tolerance))
    columns = (one, other, tolerance, np.broadcast_to(unit, one.shape))
    found[rows] = [_beyond(*row) for row in zip(*(each[rows] for each in columns), strict=True)]
    return found


def _beyond(one: float, other: float, tolerance: float, unit: float) -> bool:
    first, second, share, of = (Decimal(DECIMAL(each)) for each in (one, other, tolerance, unit))
    return EXACT.subtract(first, second).copy_abs() > EXACT.multiply(share, of)
