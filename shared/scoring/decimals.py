"""Arithmetic on decimals: what is computed of reported values, right to 15 significant digits.

What is reported is a decimal of at most 15 digits, and the double that holds it is only the nearest
one. Computed in doubles, 81.6 and 81.8 have another mean than 81.7 and 81.7, and a scale that knows
only equal and unequal tells them apart. So a result is computed as that of the decimals and rounded
once, a half to the even digit, to 15 significant digits; its double is the nearest to that decimal.
Equal results are equal, a greater one is never less, and zero has no sign.

Whole columns are computed with twice the digits of a double, which settles nearly all. A result too
near to where rounding turns, out of the usual range or left over from terms that cancel is computed
once more, alone, in fractions. Source of the doubled digits: Dekker, A floating-point technique for
extending the available precision, Numerische Mathematik 18 (1971).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np

from shared.scoring.arrays import BoolArray, FloatArray, IntArray

LARGEST = 1.79769313486231e308
"""The largest double of 15 digits: stands for every result beyond it."""

FIFTEEN = Context(prec=15)
"""Divides exactly and rounds once, a half to the even digit."""

BOUNDS = np.array([float(f"1e{exponent}") for exponent in range(-8, 16)])
SCALES = np.array([np.nan, *(float(f"1e{22 - at}") for at in range(23)), np.nan])
"""By what to multiply a value for 15 digits before its point: by its place among `BOUNDS`. All are
powers of ten that a double holds exactly; NaN, which no comparison holds for, is out of range."""

MILLIONTHS = 1e6


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Numbers as the sum of a double and a much smaller one; NaN where that is not certain.

    They are off by no more than *size* · 2**-90, which is their magnitude, or that of their terms.
    """

    high: FloatArray
    low: FloatArray
    size: FloatArray


def written(value: float) -> Fraction:
    """Give the decimal as which *value*, finite, is written."""
    return Fraction(repr(float(value)))


def nearest(exact: Fraction) -> float:
    """Round to 15 significant digits."""
    ratio = Decimal(exact.numerator), Decimal(exact.denominator)
    return min(max(float(FIFTEEN.divide(*ratio)), -LARGEST), LARGEST) + 0.0


def are_rounded(values: FloatArray) -> BoolArray:
    """Say of *values*, NaN where missing, which have at most 15 digits; missing ones have."""
    rounded: BoolArray = np.isnan(values) | (
        (values == np.rint(values)) & (np.abs(values) < BOUNDS[-1])
    )
    rows = np.flatnonzero(~rounded)
    rest = values.ravel()[rows]
    scale = SCALES[np.searchsorted(BOUNDS, np.abs(rest), "right")]
    found = np.rint(rest * scale) / scale == rest
    for row in np.flatnonzero(np.isnan(scale)).tolist():
        found[row] = nearest(written(rest[row])) == rest[row]
    rounded.ravel()[rows] = found
    return rounded


def sums(parts: Sequence[FloatArray], weights: Sequence[float]) -> FloatArray:
    """Add up weight × part over the *parts* that are known, columns of one length; none: 0."""
    known = [np.where(np.isnan(part), 0.0, part) for part in parts]
    with np.errstate(all="ignore"):
        products = [weight * part for weight, part in zip(weights, known, strict=True)]
        size: FloatArray = np.add.reduce([np.abs(each) for each in products])
        if _whole(weights, known) and size.max(initial=0.0) < BOUNDS[-1]:
            return np.asarray(np.add.reduce(products)) + 0.0
        total = _pairs(np.zeros_like(size))
        for weight, part in zip(weights, known, strict=True):
            total = _plus(total, _times(_pairs(part), _pairs(np.array([weight]))))

    def exactly(row: int) -> Fraction:
        terms = zip(weights, known, strict=True)
        return sum((written(weight) * written(part[row]) for weight, part in terms), Fraction())

    return _rounded(_Pairs(total.high, total.low, size), exactly)


def ratios(of: FloatArray, to: FloatArray, per: float) -> FloatArray:
    """Compute of / to × per by row; NaN where either is, or *to* is 0."""
    missing = np.isnan(of) | np.isnan(to) | (to == 0)
    above, below = np.where(missing, 0.0, of), np.where(missing, 1.0, to)
    with np.errstate(all="ignore"):
        ratio = _over(_times(_pairs(above), _pairs(np.array([per]))), _pairs(below))

    def exactly(row: int) -> Fraction:
        return written(above[row]) * written(per) / written(below[row])

    return np.where(missing, np.nan, _rounded(ratio, exactly))


def means(values: FloatArray, start: IntArray, count: IntArray) -> FloatArray:
    """Average *count* of the *values* from each *start* on, at least one; none is NaN."""
    group = np.repeat(np.arange(count.size), count)
    taken = values[np.arange(group.size) + np.repeat(start - np.cumsum(count) + count, count)]
    with np.errstate(all="ignore"):
        # Sums of whole millionths are exact; values of more places are left to fractions.
        whole = np.rint(taken * MILLIONTHS)
        whole[(whole / MILLIONTHS != taken) | (np.abs(whole) >= BOUNDS[-1])] = np.nan
        size = np.bincount(group, np.abs(whole), count.size)
        total: FloatArray = np.bincount(group, whole, count.size).astype(np.float64)
        total[~(size < 2.0**53)] = np.nan
        mean = _over(_pairs(total), _pairs(count.astype(np.float64) * MILLIONTHS))

    def exactly(row: int) -> Fraction:
        members = values[start[row] : start[row] + count[row]]
        return sum(map(written, members), Fraction()) / int(count[row])

    return _rounded(mean, exactly)


def _whole(weights: Sequence[float], parts: Sequence[FloatArray]) -> bool:
    return all(float(each).is_integer() for each in weights) and all(
        bool((part == np.rint(part)).all()) for part in parts
    )


def _pairs(values: FloatArray) -> _Pairs:
    """Give the decimals that *values* stand for: of 0.1 also what its double is off by."""
    low = np.zeros_like(values)
    size = np.abs(values)
    rows = np.flatnonzero((values != np.rint(values)) | (size >= BOUNDS[-1]))
    value = values[rows]
    scale = SCALES[np.searchsorted(BOUNDS, size[rows], "right")]
    product, rest = _product(value, scale)
    digits = np.rint(product)
    low[rows] = np.where(digits / scale == value, ((digits - product) - rest) / scale, np.nan)
    return _Pairs(values, low, size)


def _plus(one: _Pairs, other: _Pairs) -> _Pairs:
    total = one.high + other.high
    added = total - one.high
    rest = (one.high - (total - added)) + (other.high - added)
    return _normal(total, rest + (one.low + other.low), one.size + other.size)


def _times(one: _Pairs, other: _Pairs) -> _Pairs:
    product, rest = _product(one.high, other.high)
    rest += one.high * other.low + one.low * other.high
    return _normal(product, rest, np.abs(product))


def _over(one: _Pairs, other: _Pairs) -> _Pairs:
    ratio = one.high / other.high
    product, rest = _product(ratio, other.high)
    left = ((one.high - product) - rest) + (one.low - ratio * other.low)
    return _normal(ratio, left / other.high, np.abs(ratio))


def _normal(high: FloatArray, low: FloatArray, size: FloatArray) -> _Pairs:
    """Let the upper number of each pair be the double nearest to their sum."""
    total = high + low
    return _Pairs(total, low - (total - high), size)


def _product(one: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the product and, exactly, what the double lacks of it."""
    product = one * other
    (a, b), (c, d) = _halves(one), _halves(other)
    return product, ((a * c - product) + a * d + b * c) + b * d


def _halves(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split each double into two of half as many digits, whose products are exact."""
    shifted = values * (2.0**27 + 1.0)
    high = shifted - (shifted - values)
    return high, values - high


def _rounded(pairs: _Pairs, exactly: Callable[[int], Fraction]) -> FloatArray:
    """Round to 15 digits; what *pairs* do not settle is taken from *exactly*, row by row."""
    with np.errstate(all="ignore"):
        scale = SCALES[np.searchsorted(BOUNDS, np.abs(pairs.high), "right")]
        product, rest = _product(pairs.high, scale)
        digits = np.rint(product)
        beyond = (product - digits) + (rest + pairs.low * scale)
        step = np.rint(beyond)
        values: FloatArray = (digits + step) / scale
        doubt = 2.0**-30 + pairs.size * scale * 2.0**-90
        settled = np.abs(beyond - step) < 0.5 - doubt
    zero = pairs.size == 0
    values[zero] = 0.0
    for row in np.flatnonzero(~(settled | zero)).tolist():
        values[row] = nearest(exactly(row))
    return values
