"""Shares → whole units of points, and totals → ranks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pilotzone_verify.scoring.rules import Rules


@dataclass(frozen=True, slots=True)
class Score:
    """What an applicant earns, line by line, in units."""

    values: list[float | None]
    shares: list[float | None]
    units: list[int]
    blocked: bool

    @property
    def total(self) -> int:
        """The sum of the lines."""
        return sum(self.units)


def score(rules: Rules, values: list[float | None], shares: list[float | None]) -> Score:
    """Turn one applicant's shares into units."""
    full = _maxima(rules, shares)
    units = [
        0 if share is None else _half_up(share, most)
        for share, most in zip(shares, full, strict=True)
    ]
    missing = zip(rules.indicators, shares, strict=True)
    blocked = any(each.missing == "block" and share is None for each, share in missing)
    return Score(values, shares, units, blocked)


def _maxima(rules: Rules, shares: list[float | None]) -> list[float]:
    """Return each line's maximum in force: skipped lines pass theirs on within the dimension."""
    own = [each.full for each in rules.indicators]
    gone = [
        each.missing == "skip" and share is None
        for each, share in zip(rules.indicators, shares, strict=True)
    ]
    if not any(gone):
        return [float(each) for each in own]
    dimensions = rules.dimensions
    left = [[0 if gone[at] else own[at] for at in lines] for lines in dimensions]
    whole = [sum(own[at] for at in lines) for lines in dimensions]
    if rules.pass_on and not all(map(sum, left)):
        kept = [each if sum(rest) else 0 for each, rest in zip(whole, left, strict=True)]
        whole = _share_out(kept, sum(own))
    full = [0.0] * len(own)
    for lines, rest, amount in zip(dimensions, left, whole, strict=True):
        parts = _share_out(rest, amount) if sum(rest) != amount else rest
        for at, part in zip(lines, parts, strict=True):
            full[at] = float(part)
    return full


def _share_out(counted: list[int], whole: int) -> list[int]:
    """Lay parts end to end, stretched to the whole, and cut where a unit ends."""
    left = float(sum(counted) or 1)
    ends = [
        math.floor(float(sum(counted[:end])) * float(whole) / left + 0.5)
        for end in range(len(counted) + 1)
    ]
    return [after - before for before, after in pairwise(ends)]


def _half_up(share: float, full: float) -> int:
    """Round to a whole unit; what misses a half by a trace of the maximum is a half."""
    amount = share * full
    whole = math.floor(amount)
    return whole + (amount - whole >= 0.5 - min(full * 2.0**-47, 2.0**-10))


def ranks(
    totals: Sequence[int], cohort: Sequence[str], barred: Sequence[bool]
) -> list[tuple[int, int]]:
    """Return place and number of those who share it for each, within its cohort; 0, 0 if barred."""
    ranked: dict[str, list[int]] = {}
    for total, of, out in zip(totals, cohort, barred, strict=True):
        if not out:
            ranked.setdefault(of, []).append(total)
    places: dict[tuple[str, int], tuple[int, int]] = {}
    for of, reached in ranked.items():
        reached.sort(reverse=True)
        for at, total in enumerate(reached, start=1):
            first, sharing = places.get((of, total), (at, 0))
            places[of, total] = first, sharing + 1
    return [
        (0, 0) if out else places[of, total]
        for total, of, out in zip(totals, cohort, barred, strict=True)
    ]
