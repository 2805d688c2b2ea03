"""points: shares → whole units of points; from here on everything adds up exactly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shared.scoring.arrays import BoolArray, FlagArray, FloatArray, IntArray
from shared.scoring.flags import Flag
from shared.scoring.framework import Empty, Framework, Missing


@dataclass(frozen=True)
class Points:
    """What every applicant earns, in units of the framework's precision.

    *units*, *full* and *flags* have shape (applicants, indicators), *dimensions* (applicants,
    dimensions), the others (applicants,). *full* is the line's maximum in force: that of its
    indicator unless missing ones were skipped. *coverage* is the points of indicators with a value
    / all points. An applicant that is *blocked* is not ranked.
    """

    units: IntArray
    full: FloatArray
    dimensions: IntArray
    totals: IntArray
    coverage: FloatArray
    flags: FlagArray
    blocked: BoolArray


def points(framework: Framework, shares: FloatArray) -> Points:
    """Turn *shares* of shape (applicants, indicators), NaN where missing, into points.

    A line earns share × maximum in force, rounded half up to a whole unit; sums are sums of lines.
    A missing line earns nothing. Under `zero` that is all; under `block` the applicant is not
    ranked; under `skip` the maximum passes to the dimension's other lines in proportion, so that
    the dimension keeps its full points. If all of its lines are skipped, the framework says whether
    they are lost or pass to the other dimensions in proportion.
    """
    missing = np.isnan(shares)
    full, flags = maxima(framework, missing)
    units = np.empty(shares.shape, dtype=np.int64, order="F")
    dimensions = np.zeros((shares.shape[0], len(framework.dimensions)), dtype=np.int64, order="F")
    covered = np.zeros(shares.shape[0], dtype=np.int64)
    blocked = np.zeros(shares.shape[0], dtype=np.bool_)
    for column, indicator in enumerate(framework.indicators):
        absent = missing[:, column]
        earned = line_points(shares[:, column], full[:, column])
        units[:, column] = earned
        dimensions[:, framework.dimension_of[column]] += earned
        covered += np.where(absent, 0, indicator.full)
        if indicator.missing is Missing.BLOCK:
            flags[absent, column] |= Flag.BLOCKS
            blocked |= absent
    return Points(
        units=units,
        full=full,
        dimensions=dimensions,
        totals=dimensions.sum(axis=1),
        coverage=covered / sum(each.full for each in framework.indicators),
        flags=flags,
        blocked=blocked,
    )


def skipped_lines(framework: Framework, missing: BoolArray) -> Iterator[tuple[slice, BoolArray]]:
    """Yield each dimension's columns, and which of its lines are skipped, (applicants, lines).

    *missing*, of shape (applicants, indicators), says which lines have no value.
    """
    end = 0
    for dimension in framework.dimensions:
        span = slice(end, end := end + len(dimension.indicators))
        skips = np.array([each.missing is Missing.SKIP for each in dimension.indicators])
        yield span, missing[:, span] & skips


def empty_dimensions(framework: Framework, missing: BoolArray) -> BoolArray:
    """Say of which dimensions every line is skipped: shape (applicants, dimensions)."""
    skipped = [each.all(axis=1) for _, each in skipped_lines(framework, missing)]
    return np.stack(skipped, axis=1)


def dimension_points(framework: Framework, missing: BoolArray) -> FloatArray:
    """Give each dimension's points in force, (applicants, dimensions), in whole units.

    They are its own, unless the framework has empty dimensions pass theirs on: then these have
    none, and the others all of the framework's, in proportion to their own.
    """
    own = np.array([float(each.full) for each in framework.dimensions])
    points = np.tile(own, (len(missing), 1))
    if framework.empty is Empty.PASS_ON:
        empty = empty_dimensions(framework, missing)
        rows = np.flatnonzero(empty.any(axis=1))
        points[rows] = _shared_out(np.where(empty[rows], 0.0, own), float(framework.full))
    return points


def maxima(framework: Framework, missing: BoolArray) -> tuple[FloatArray, FlagArray]:
    """Give every line's maximum in force, and flag where skipped lines changed it.

    *missing*, and both results, have shape (applicants, indicators). The maxima of a dimension are
    whole units that add up to its points in force.
    """
    full = np.empty(missing.shape, order="F")
    full[:] = [indicator.full for indicator in framework.indicators]
    flags = np.zeros(missing.shape, dtype=np.int32, order="F")
    whole = dimension_points(framework, missing)
    for at, (span, skipped) in enumerate(skipped_lines(framework, missing)):
        changed = skipped.any(axis=1) | (whole[:, at] != framework.dimensions[at].full)
        rows = np.flatnonzero(changed)
        own = np.where(skipped[rows], 0.0, full[rows, span])
        full[rows, span] = _shared_out(own, whole[rows, at, np.newaxis])
        empty = skipped[rows].all(axis=1, keepdims=True)
        flags[rows, span] = np.select(
            [empty, ~skipped[rows]], [Flag.EMPTY_DIMENSION, Flag.REWEIGHTED], 0
        )
    return full, flags


def by_dimension(framework: Framework, units: Sequence[int]) -> list[int]:
    """Add up one applicant's lines, in the framework's order, by dimension."""
    sums = [0] * len(framework.dimensions)
    for at, earned in zip(framework.dimension_of, units, strict=True):
        sums[at] += earned
    return sums


def in_points(framework: Framework, units: float) -> float:
    """Return *units* as points: the shortest decimal that names them."""
    return float(units / 10**framework.precision)


def line_points(shares: FloatArray, full: FloatArray) -> IntArray:
    """Give what one indicator's *shares* earn of *full*, in whole units; NaN, missing, earns 0."""
    return half_up(np.where(np.isnan(shares), 0.0, shares), full)


def half_up(shares: FloatArray, full: FloatArray) -> IntArray:
    """Round each share, in [0, 1], of a *full* number of units to the nearest whole unit.

    Half a unit is rounded up, and so is what misses it by no more than 2**-47 of *full*: 0.29 of 5
    is 1.45, though in binary it comes out as a trace less.
    """
    amounts = shares * full
    whole = np.floor(amounts)
    trace = np.minimum(full * 2.0**-47, 2.0**-10)
    return whole.astype(np.int64) + (amounts - whole >= 0.5 - trace)


def _shared_out(own: FloatArray, whole: FloatArray | float) -> FloatArray:
    """Share *whole* units out in each row, in proportion to *own*, of which all may be 0.

    The shares are whole units that add up: not they are rounded, but where each ends when they are
    laid end to end. Up to 2**25 units that is exact.
    """
    left = own.sum(axis=1, keepdims=True)
    ends = own.cumsum(axis=1) * whole / np.where(left == 0, 1.0, left)
    return np.diff(np.floor(ends + 0.5), axis=1, prepend=0.0)
