"""Raw values of a cohort → shares from 0 to 1, one indicator at a time; None is missing."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from pilotzone_verify.scoring.rules import Indicator, Measure

Json = dict[str, Any]
Share = Callable[[float], float]
YES_NO = ("no", "yes")


def shares(
    indicator: Indicator, measures: dict[str, Measure], values: Sequence[float | None]
) -> list[float | None]:
    """Return the share of each of a cohort's *values*."""
    known = [each for each in values if each is not None]
    if not known:
        return [None] * len(values)
    share = _scale(indicator, measures, known)
    return [None if each is None else share(each) for each in values]


def _scale(indicator: Indicator, measures: dict[str, Measure], known: list[float]) -> Share:
    match indicator.method:
        case "target":
            return _target(indicator.scale, lower=indicator.lower)
        case "steps":
            return _steps(indicator.scale)
        case "grades":
            codes = measures[indicator.derive["value"]].codes or YES_NO
            ladder = [float(indicator.scale[code]) for code in codes]
            return lambda x: ladder[int(x)]
        case _:
            return _scale_of_cohort(indicator, known)


def _scale_of_cohort(indicator: Indicator, known: list[float]) -> Share:
    rule, lower = indicator.scale, indicator.lower
    worst, best = (max(known), min(known)) if lower else (min(known), max(known))
    match indicator.method:
        case "best":
            return _best(best, lower=lower)
        case "min_max":
            return _min_max(float(rule.get("base") or 0.0), worst, best, lower=lower)
        case "percent_rank":
            return _percent_rank(known, lower=lower)
        case _:
            return _z_score(float(rule["within"]), known, worst, best)


def _target(rule: Json, *, lower: bool) -> Share:
    floor, target, step = float(rule["floor"]), float(rule["target"]), rule.get("step")

    def share(x: float) -> float:
        if step is not None:
            steps = (x - floor) / step + 1e-9
            x = floor + (steps if math.isinf(steps) else float(math.floor(steps))) * step
        reached = _position(min(max(x, floor), target), floor, target)
        return 1.0 - reached if lower else reached

    return share


def _steps(bands: list[Json]) -> Share:
    def share(x: float) -> float:
        reached = bands[0]
        for band in bands[1:]:
            if x > band["from"] or (x == band["from"] and band.get("inclusive", True)):
                reached = band
        return float(reached["share"])

    return share


def _best(best: float, *, lower: bool) -> Share:
    if best < 0 or (best == 0 and not lower):
        return lambda _: 0.0
    if lower:
        return lambda x: 1.0 if x == 0 else best / x
    return lambda x: max(x, 0.0) / best


def _min_max(base: float, worst: float, best: float, *, lower: bool) -> Share:
    if worst == best:
        flat = 0.0 if best == 0 and not lower else 1.0
        return lambda _: flat
    return lambda x: base + (1.0 - base) * _position(x, worst, best)


def _percent_rank(known: list[float], *, lower: bool) -> Share:
    ordered, n = sorted(known), len(known)

    def share(x: float) -> float:
        start, end = bisect_left(ordered, x), bisect_right(ordered, x)
        below = n - end if lower else start
        return (2 * below + end - start - 1) / (2 * (n - 1)) if n > 1 else 1.0

    return share


def _z_score(within: float, known: list[float], worst: float, best: float) -> Share:
    if worst == best:
        return lambda _: 0.5
    mean, deviation = _moments([_position(x, worst, best) for x in known])
    reach = within * deviation
    start, way = mean - reach, 2.0 * reach

    def share(x: float) -> float:
        return min(max((_position(x, worst, best) - start) / way, 0.0), 1.0)

    return share


def _position(x: float, start: float, end: float) -> float:
    """Say how far *x* lies on the way from *start* (0) to *end* (1), which differ."""
    width = end - start
    factor = 0.5 if math.isinf(width) else 2.0**64 if abs(width) < 2.0**-960 else 1.0
    x, start, end = x * factor, start * factor, end * factor
    return (x - start) / (end - start)


def _moments(places: list[float]) -> tuple[float, float]:
    """Return mean and sample deviation of places from 0 to 1, through sums of whole numbers.

    Places and their squares are rounded to 52 binary digits, and one less for every doubling of
    how many there are beyond 1023; this is how the service defines both.
    """
    n = len(places)
    digits = min(52, 62 - n.bit_length())
    start, scale = 2.0 ** (52 - digits), 1 << digits

    def counted(x: float) -> int:
        return int(((x + start) - start) * scale)

    first = sum(map(counted, places))
    second = sum(counted(x * x) for x in places)
    variance = ((n * second << digits) - first**2) / (n * (n - 1) << 2 * digits)
    return first / (n << digits), math.sqrt(variance)
