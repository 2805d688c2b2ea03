"""The ways of normalising: one indicator's raw values in one cohort → shares in [0, 1].

Every function takes *values* of shape (applicants,), in the indicator's own unit, finite, NaN where
nobody reported, and gives shares of the same shape, without unit, NaN where the value is NaN. What
lies beyond a scale is clipped. No finite value, however large or small, raises, warns or earns
anything but a share from 0 to 1.

Source of the cohort's scales: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step
5, "Normalisation of data"; of the fixed ones: goalposts as in UNDP's Human Development Index, and
the bands and grades usual in Chinese assessments.
"""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shared.scoring.arrays import FloatArray, runs
from shared.scoring.flags import Flag
from shared.scoring.framework import Band, Direction

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER

WHOLE_STEP = 1e-9
"""By how much of a step one may be missed and count: 0.3 is three steps of 0.1, in floats too."""


@dataclass(frozen=True)
class Scaled:
    """Shares, what a cohort's scale took from the cohort, and what is remarkable about that.

    *parameters* has *n*, how many reported, and if any did the method's own, in the values' unit.
    """

    shares: FloatArray
    parameters: Mapping[str, float] = field(default_factory=dict)
    flag: int = 0


def target(
    values: FloatArray,
    floor: float = 0.0,
    target: float = 1.0,
    step: float | None = None,
    direction: Direction = HIGHER,
) -> Scaled:
    """Place each value between the goalposts *floor*, which earns 0, and *target*, which earns 1.

    s = clip((x - floor) / (target - floor), 0, 1), and 1 - s for `lower`; with *step*, x is first
    cut down to whole steps from the floor. The target lies above the floor.
    """
    if step is not None:
        with np.errstate(over="ignore"):  # clipped below
            values = floor + np.floor((values - floor) / step + WHOLE_STEP) * step
    shares = _position(values.clip(floor, target), floor, target)
    return Scaled(shares if direction is HIGHER else 1.0 - shares)


def steps(values: FloatArray, bands: Sequence[Band]) -> Scaled:
    """Give each value the share of its band.

    *bands* ascend by edge, and each says whether its edge belongs to it. A value below the first
    edge is in the first band. Which direction is better, the bands' shares say themselves.
    """
    reached = np.zeros(values.shape, dtype=np.int16)
    for band in bands[1:]:
        edge = -math.inf if band.edge is None else band.edge
        reached += values >= edge if band.inclusive else values > edge
    return Scaled(_each(values, np.array([band.share for band in bands])[reached]))


def grades(values: FloatArray, ladder: Sequence[float]) -> Scaled:
    """Give each category its share: *values* are positions in *ladder*, which holds the shares."""
    positions = np.fmin(values, len(ladder)).astype(np.int64)  # fmin takes NaN for the greater
    return Scaled(np.array([*ladder, np.nan]).take(positions))


def best(values: FloatArray, direction: Direction = HIGHER) -> Scaled:
    """Measure each value by the cohort's best: s = x / max, and for `lower` s = min / x.

    `higher`: a negative value earns 0; if the best is 0 or negative there is no scale, and all
    earn 0, flagged. `lower`: the best of 0 earns 1 and everything above it 0; if the best is
    negative there is no scale. Nobody reported: nobody has a share.
    """
    n, _, best = _extent(values, direction)
    if n == 0:
        return _nobody(values)
    parameters = {"n": n, "best": best}
    if best < 0 or (best == 0 and direction is HIGHER):
        return Scaled(_each(values, 0.0), parameters, Flag.NO_SCALE)
    if direction is HIGHER:
        return Scaled(np.maximum(values, 0.0) / best, parameters)
    shares = np.ones_like(values)
    np.divide(best, values, out=shares, where=values != 0)
    return Scaled(shares, parameters)


def min_max(values: FloatArray, base: float = 0.0, direction: Direction = HIGHER) -> Scaled:
    """Place each value on the straight line from the cohort's worst to its best.

    s = base + (1 - base) · ((x - worst) / (best - worst)): *base* for the worst, 1 for the best;
    the worst is the minimum for `higher`, the maximum for `lower`. A column whose reported values
    are all equal, one alone included, has no line through it: its shares are 1, flagged, or 0
    where for `higher` the common value is 0. Nobody reported: nobody has a share.
    """
    n, worst, best = _extent(values, direction)
    if n == 0:
        return _nobody(values)
    parameters = {"n": n, "worst": worst, "best": best}
    if worst == best:
        nothing = best == 0 and direction is HIGHER
        return Scaled(_each(values, 0.0 if nothing else 1.0), parameters, Flag.FLAT)
    return Scaled(base + (1.0 - base) * _position(values, worst, best), parameters)


def percent_rank(values: FloatArray, direction: Direction = HIGHER) -> Scaled:
    """Place each value by its rank in the cohort, ties by the average of their ranks.

    s = (average rank from the bottom - 1) / (n - 1) over the n reported, from the top for `lower`;
    1 for one alone. All equal earn ½, flagged. Nobody reported: nobody has a share.
    """
    n = _reported(values)
    if n == 0:
        return _nobody(values)
    order = np.argsort(values)[:n]  # NaN comes last
    starts, tied = runs(values[order])
    flag = Flag.FLAT if starts.size == 1 else 0
    if n == 1:
        return Scaled(_each(values, 1.0), {"n": n}, flag)
    below = starts if direction is HIGHER else n - starts - tied
    shares = np.full_like(values, np.nan)
    shares[order] = np.repeat((2 * below + tied - 1) / (2 * (n - 1)), tied)
    return Scaled(shares, {"n": n}, flag)


def z_score(values: FloatArray, within: float = 3.0, direction: Direction = HIGHER) -> Scaled:
    """Place each value by its distance from the cohort's mean, in sample deviations.

    s = clip(½ + (x - mean) / (2 · within · deviation), 0, 1); the difference changes its sign for
    `lower`. Where all are equal, one alone included, the deviation is 0 and all earn ½, flagged.
    Nobody reported: nobody has a share. It is computed on the positions from worst (0) to best (1),
    which neither overflows nor cancels, and as the way from *within* deviations below the mean (0)
    to as many above it (1), which is the same.
    """
    n, worst, best = _extent(values, direction)
    if n == 0:
        return _nobody(values)
    if worst == best:
        parameters = {"n": n, "mean": best, "deviation": 0.0}
        return Scaled(_each(values, 0.5), parameters, Flag.FLAT)
    shares = _position(values, worst, best)
    mean, deviation = _moments(_known(shares, n))
    parameters = {
        "n": n,
        "mean": worst * (1.0 - mean) + best * mean,
        "deviation": min(_width(worst, best, deviation), sys.float_info.max),
    }
    reach = within * deviation
    start, way = mean - reach, 2.0 * reach
    shares -= start  # in place here and below: fresh memory costs more than the arithmetic
    shares /= way
    if start > 0.0 or (1.0 - start) / way > 1.0:  # the worst's share, the best's
        shares.clip(0.0, 1.0, out=shares)
    return Scaled(shares, parameters)


def _reported(values: FloatArray) -> int:
    return values.size - int(np.count_nonzero(np.isnan(values)))


def _extent(values: FloatArray, direction: Direction) -> tuple[int, float, float]:
    """Return how many reported, the worst and the best of them; NaN if nobody did."""
    n = _reported(values)
    lowest = float(np.fmin.reduce(values, initial=np.nan))
    highest = float(np.fmax.reduce(values, initial=np.nan))
    return (n, lowest, highest) if direction is HIGHER else (n, highest, lowest)


def _width(start: float, end: float, share: float) -> float:
    """Give *share* of the way between two ends, which may be longer than a float holds."""
    way = end - start
    return abs(share * end - share * start if math.isinf(way) else share * way)


def _position(values: FloatArray, start: float, end: float) -> FloatArray:
    """Say how far each value lies on the way from *start* (0) to *end* (1), which differ."""
    factor = _into_range(end - start)
    if factor != 1.0:  # a power of 2, so that nothing is rounded
        values, start, end = values * factor, start * factor, end * factor
    position = values - start
    position /= end - start
    return position


def _into_range(width: float) -> float:
    """Return by what to multiply so that *width* is neither infinite nor loses its last places."""
    if math.isinf(width):
        return 0.5
    return 2.0**64 if abs(width) < 2.0**-960 else 1.0


def _known(values: FloatArray, n: int) -> FloatArray:
    """Give the *n* values that are not NaN."""
    return values if n == values.size else values[~np.isnan(values)]


def _moments(places: FloatArray) -> tuple[float, float]:
    """Return the mean and the sample deviation of at least two *places* from 0 to 1.

    Both come of sums of whole numbers, and so are the same in whatever order the applicants stand
    and however wide the machine's vectors are: places and squares are rounded to as many binary
    digits as their sum has room for, 52 of up to 1023 places and one less for every doubling.
    """
    n = places.size
    digits = min(52, 62 - n.bit_length())
    start = 2.0 ** (52 - digits)  # from here to its double, neighbouring floats are a digit apart
    before = n * (1075 - digits << 52)  # as an integer, a float counts those between it and 0
    shifted = places + start
    counts = shifted.view(np.int64)
    first = (int(np.add.reduce(counts)) - before) % 2**64
    np.square(places, out=shifted)
    shifted += start
    second = (int(np.add.reduce(counts)) - before) % 2**64
    variance = ((n * second << digits) - first**2) / (n * (n - 1) << 2 * digits)
    return first / (n << digits), math.sqrt(variance)


def _each(values: FloatArray, shares: FloatArray | float) -> FloatArray:
    """Give *shares* to those who reported."""
    return np.where(np.isnan(values), np.nan, shares)


def _nobody(values: FloatArray) -> Scaled:
    return Scaled(values.copy(), {"n": 0})
