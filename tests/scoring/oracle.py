"""A second opinion: the contract's formulas in exact fractions, one applicant after another.

Nothing here is taken from the code under test but its input types. None is missing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise

from shared.scoring.framework import (
    ADJUDICATOR,
    Derivation,
    Direction,
    Empty,
    Framework,
    Indicator,
    Measure,
    MeasureType,
    Missing,
    Normalisation,
    Panel,
    ReporterKind,
)
from tests.fixtures.frameworks import Report

Number = Fraction | None
DIGITS = 15
LARGEST = Fraction(1.79769313486231e308)
ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)


def resolve(measure: Measure, said: Sequence[Report]) -> tuple[Number, set[str]]:
    """Settle what was *said* of one applicant and measure: the value and its flags."""
    if measure.panel is not None:
        settled = [row for row in said if row.kind == ADJUDICATOR]
        if settled:
            return Fraction(max(settled, key=lambda row: row.id).value), {"adjudicated"}
        return _panel(measure.panel, [row for row in said if row.kind == ReporterKind.EXPERT])
    latest: dict[str, Report] = {}
    for row in sorted(said, key=lambda row: (row.as_of, row.id)):
        latest[row.kind] = row
    current = [latest[kind] for kind in measure.reported_by if kind in latest]
    if not current:
        return None, {"missing"}
    counts, *others = [Fraction(row.value) for row in current]
    if measure.tolerance is None:
        return counts, set()
    nominal = measure.type in {MeasureType.CATEGORY, MeasureType.FLAG}
    allowed = ZERO if nominal else Fraction(measure.tolerance) * abs(counts)
    differs = any(abs(other - counts) > allowed for other in others)
    return counts, {"discrepancy"} if differs else set()


def _panel(panel: Panel, rows: Sequence[Report]) -> tuple[Number, set[str]]:
    marks = sorted(decimal(row.value) for row in rows)
    if not marks:
        return None, {"missing"}
    wide = panel.tolerance is not None and marks[-1] - marks[0] > decimal(panel.tolerance)
    flags = {"spread"} if wide else set()
    if any(row.revised for row in rows):
        flags |= {"revised_after_sight"}
    if len(marks) < panel.at_least:
        return None, flags | {"missing", "few_marks"}
    if panel.combine == "median":
        middle = len(marks) // 2
        marks = [marks[middle]] if len(marks) % 2 else marks[middle - 1 : middle + 1]
    if panel.combine == "trimmed_mean" and len(marks) >= panel.trim_from:
        for _ in range(panel.trim):
            if len(marks) > len(marks[1:-1]) > 0:
                marks = marks[1:-1]
    return rounded(sum(marks, ZERO) / len(marks)), flags


def derive(derivation: Derivation, measured: Mapping[str, Number]) -> Number:
    """Compute one applicant's raw value."""
    read = [
        None if (each := measured[code]) is None else decimal(each) for code in derivation.measures
    ]
    known = [each for each in read if each is not None]
    if derivation.kind == "sum":
        parts = [
            decimal(weight) * part
            for (_, weight), part in zip(derivation.terms, read, strict=True)
            if part is not None
        ]
        result = sum(parts, ZERO) if parts else None
    elif len(known) < len(read) or (derivation.kind == "ratio" and known[1] == 0):
        result = None
    elif derivation.kind == "ratio":
        result = known[0] / known[1] * decimal(derivation.per)
    else:
        result = known[0]
    if result is None:
        return None
    result = rounded(result)
    return result if derivation.cap is None else min(result, Fraction(derivation.cap))


def decimal(double: float | Fraction) -> Fraction:
    """Give the number that was written, which its *double* is only the nearest to."""
    return Fraction(repr(float(double)))


def rounded(exact: Fraction) -> Fraction:
    """Give the double nearest to *exact* at 15 significant digits, a half rounded to even."""
    if exact == 0:
        return ZERO
    digits = len(str(abs(exact.numerator))) - len(str(exact.denominator))
    place = Fraction(10) ** (digits - DIGITS)
    if abs(exact) >= place * 10**DIGITS:
        place *= 10
    result = min(max(round(exact / place) * place, -LARGEST), LARGEST)
    return Fraction(float(result))


def shares(
    rule: Normalisation, values: Sequence[float | Fraction | None], codes: Sequence[str] = ()
) -> list[Number]:
    """Normalise one cohort's column."""
    exact = [None if each is None else Fraction(each) for each in values]
    cohort = sorted(each for each in exact if each is not None)
    share_of: dict[Number, Number] = {x: _share(rule, x, cohort, codes) for x in set(cohort)}
    return [share_of.get(each) for each in exact]


def _share(
    rule: Normalisation, x: Fraction, cohort: Sequence[Fraction], codes: Sequence[str]
) -> Fraction:
    higher = rule.direction is Direction.HIGHER
    turned = not higher and rule.method in {"target", "percent_rank", "z_score"}
    match rule.method:
        case "target":
            share = _target(rule, x)
        case "steps":
            share = _step(rule, x)
        case "grades":
            share = Fraction(dict(rule.grades)[codes[int(x)]])
        case "best":
            share = _best(x, cohort[-1]) if higher else _least(x, cohort[0])
        case "min_max":
            share = _min_max(rule, x, cohort)
        case "percent_rank":
            share = _percent_rank(x, cohort)
            turned = turned and len(cohort) > 1
        case _:
            share = _z_score(rule, x, cohort)
    return ONE - share if turned else share


def _target(rule: Normalisation, x: Fraction) -> Fraction:
    floor, target = Fraction(rule.floor), Fraction(rule.target)
    if rule.step is not None:  # steps are meant as the decimals that were written
        x, floor, target, step = (
            Fraction(repr(float(each))) for each in (x, rule.floor, rule.target, rule.step)
        )
        x = floor + (x - floor) // step * step
    return _clip((x - floor) / (target - floor))


def _step(rule: Normalisation, x: Fraction) -> Fraction:
    share = rule.bands[0].share
    for band in rule.bands[1:]:
        if band.edge is not None and (x > band.edge or (x == band.edge and band.inclusive)):
            share = band.share
    return Fraction(share)


def _best(x: Fraction, best: Fraction) -> Fraction:
    return _clip(x / best) if best > 0 else ZERO


def _least(x: Fraction, least: Fraction) -> Fraction:
    if least < 0:
        return ZERO
    return ONE if x == 0 else least / x


def _min_max(rule: Normalisation, x: Fraction, cohort: Sequence[Fraction]) -> Fraction:
    least, greatest, base = cohort[0], cohort[-1], Fraction(rule.base)
    if least == greatest:
        return ZERO if x == 0 and rule.direction is Direction.HIGHER else ONE
    above = x - least if rule.direction is Direction.HIGHER else greatest - x
    return base + (ONE - base) * above / (greatest - least)


def _percent_rank(x: Fraction, cohort: Sequence[Fraction]) -> Fraction:
    if len(cohort) == 1:
        return ONE
    ranks = [rank for rank, each in enumerate(cohort, start=1) if each == x]
    return (Fraction(sum(ranks), len(ranks)) - 1) / (len(cohort) - 1)


def _z_score(rule: Normalisation, x: Fraction, cohort: Sequence[Fraction]) -> Fraction:
    mean = sum(cohort, ZERO) / len(cohort)
    squares = sum(((each - mean) ** 2 for each in cohort), ZERO)
    if squares == 0:
        return HALF
    z = (x - mean) / _root(squares / (len(cohort) - 1))
    return _clip(HALF + z / (2 * Fraction(rule.within)))


def _root(square: Fraction) -> Fraction:
    """Take a square root to 200 binary digits."""
    a, b = square.as_integer_ratio()
    return Fraction(math.isqrt((a * b) << 400), b << 200)


def _clip(share: Fraction) -> Fraction:
    return min(max(share, ZERO), ONE)


@dataclass(frozen=True)
class Line:
    """One line's points in units, as computed and as published."""

    exact: Fraction
    full: Fraction

    @property
    def units(self) -> int:
        """The points rounded half up."""
        return math.floor(self.exact + HALF)

    @property
    def on_the_edge(self) -> bool:
        """Whether so little is missing to a half that a float cannot tell it from a half."""
        return 0 < HALF - self.exact % 1 < self.full * Fraction(1, 2**46)


def points(framework: Framework, earned: Sequence[Number]) -> list[Line]:
    """Turn one applicant's shares into lines of points."""
    remaining = iter(earned)
    shares = [[next(remaining) for _ in each.indicators] for each in framework.dimensions]
    counted = [
        [
            0 if _skipped(indicator, share) else indicator.full
            for indicator, share in zip(dimension.indicators, own, strict=True)
        ]
        for dimension, own in zip(framework.dimensions, shares, strict=True)
    ]
    whole = [each.full for each in framework.dimensions]
    if framework.empty is Empty.PASS_ON:
        whole = _laid_out(
            [full if any(each) else 0 for full, each in zip(whole, counted, strict=True)],
            framework.full,
        )
    return [
        Line((share or ZERO) * full, Fraction(full))
        for own, left, points in zip(shares, counted, whole, strict=True)
        for share, full in zip(own, _laid_out(left, points), strict=True)
    ]


def _laid_out(counted: Sequence[int], whole: int) -> list[int]:
    """Stretch what is *counted* to a sum of *whole*, in whole units; nothing stays nothing."""
    ends = [
        math.floor(Fraction(sum(counted[:at]) * whole, sum(counted) or 1) + HALF)
        for at in range(len(counted) + 1)
    ]
    return [end - start for start, end in pairwise(ends)]


def _skipped(indicator: Indicator, share: Number) -> bool:
    return share is None and indicator.missing is Missing.SKIP


@dataclass(frozen=True)
class Place:
    """One applicant's place; None in all but the cohort's size for who is barred."""

    rank: int
    tied: int
    cohort_size: int
    percentile: Number
    index: Number


def rank(totals: Sequence[int], cohorts: Sequence[int], blocked: Sequence[bool]) -> list[Place]:
    """Place everyone within its cohort."""
    places: dict[int, Place] = {}
    rows = sorted(range(len(totals)), key=lambda at: cohorts[at])
    for _, group in groupby(rows, key=lambda at: cohorts[at]):
        members = list(group)
        field = sorted(totals[at] for at in members if not blocked[at])
        for at in members:
            if blocked[at]:
                places[at] = Place(0, 0, len(members), None, None)
                continue
            below = sum(total < totals[at] for total in field)
            tied = field.count(totals[at])
            percentile = index = Fraction(100)
            if len(field) > 1:
                percentile = 100 * (below + HALF * (tied - 1)) / (len(field) - 1)
            if field[0] < field[-1]:
                index = Fraction(100 * (totals[at] - field[0]), field[-1] - field[0])
            above = len(field) - below - tied
            places[at] = Place(above + 1, tied, len(members), percentile, index)
    return [places[at] for at in range(len(totals))]
