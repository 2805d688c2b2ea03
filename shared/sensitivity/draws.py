"""sensitivity: how sure the places of a ranking are, were its weights a little different.

Everything rests on the published points of each line, whole units, so that weights as they stand
give the published ranking to the last tie. `swaps.py` finds the least change of one weight that
moves somebody, `choices.py` what other choices than weights do.

Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7, "Uncertainty and
sensitivity analysis"; Saisana, Saltelli, Tarantola (2005), J. R. Statist. Soc. A 168(2), 307-323.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from shared.scoring.arrays import BoolArray, FlagArray, FloatArray, IntArray
from shared.scoring.framework import Empty, Framework
from shared.scoring.points import empty_dimensions, skipped_lines

GENERATOR = "Philox4x64-10"
"""Its key is the seed, its counter begins at 1, and its outputs are used in order: draw by draw, in
a draw indicator by indicator, each by its upper 53 bits as u in [0, 1)."""

PERCENTILES = 5, 50, 95

Report: TypeAlias = Callable[[float], None]
"""Is told now and then how much is done, in 0 … 1; raises to stop the work."""

TOTALS = 2**20
"""Totals, and factors, drawn at a time: 8 MiB, and as much for a handful of arrays beside them."""

NOISE = 2.0**-48
"""Totals this near to each other, as a share of the greater, are equal where quotients were
rounded: two of them and a sum are off by less than 2**-49 on either side."""

COUNTS = 2**26
"""Places counted at most, 256 MiB; a cohort beyond 8192 is counted roughly first, then finely."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Random weights: how many, from which seed, and how far each may stray, as a share of it."""

    seed: int
    number: int
    band: float


@dataclass(frozen=True)
class Places:
    """Where each applicant comes over the draws: all arrays have shape (applicants,).

    *low*, *median*, *high* are the least ranks that at least 5, 50, 95 % of draws do not exceed;
    *first* is the share of draws with a rank among the first so many; *beats_next* that with a
    greater total than the applicant of the next row has, NaN in the last row.
    """

    low: IntArray
    median: IntArray
    high: IntArray
    first: FloatArray
    beats_next: FloatArray


@dataclass(frozen=True)
class _Reweighted:
    """The rows whose maxima in one dimension depend on each other's: some lines were skipped."""

    rows: IntArray
    span: slice
    full: FloatArray
    units: FloatArray
    present: FloatArray


@dataclass(frozen=True)
class _PassedOn:
    """The rows to which empty dimensions pass their points: which lines' dimensions are not empty.

    *full* are all lines' weights; *present*, of shape (rows, indicators), is 1 or 0.
    """

    rows: IntArray
    full: FloatArray
    present: FloatArray


@dataclass(frozen=True)
class _Lines:
    """Points by line, of shape (applicants, indicators), 0 where *reweighted* has them."""

    units: FloatArray
    reweighted: list[_Reweighted]
    passed_on: _PassedOn

    @property
    def noise(self) -> float:
        """By what share two equal totals may differ: not at all where no points pass on."""
        return NOISE if self.reweighted or self.passed_on.rows.size else 0.0


def places(
    framework: Framework,
    shares: FloatArray,
    units: IntArray,
    draws: Draws,
    first: int,
    report: Report,
) -> Places:
    """Rank one cohort under each of the *draws*.

    *shares* (NaN where missing) and *units* have shape (applicants, indicators), without those who
    are not ranked. Every draw multiplies each indicator's weight by a factor of its own, uniform
    in [1 - band, 1 + band], and with it the points of its lines; a missing line earns nothing, and
    where lines are skipped the drawn weights decide what passes to the others. Scaling the weights
    back to the full points would change all totals alike and so no rank: it is left out. Equal
    totals share a rank.

    Factors are cut to multiples of 2**-24, coarser only where a total could otherwise exceed the
    integers that a float holds: sums of products are exact, whatever the order in which a machine
    adds. Only what passes from missing lines to others is a rounded quotient; where a cohort has
    such lines, totals equal but for that rounding are equal. No factor is 0. An answer
    depends on the arguments alone.
    """
    lines, n = _lines(framework, shares, units), len(units)
    bins = max(min(n, COUNTS // max(n, 1)), 1)
    width = max(-(-n // bins), 1)
    rough = np.zeros((n, bins), np.int32)
    among, beats = np.zeros(n, np.int64), np.zeros(n)
    beats[-1:] = np.nan
    passes = 1 if width == 1 else 2
    for done, totals in _drawn(framework, lines, draws):
        above = _above(totals, lines.noise)
        among += (above < first).sum(axis=0)
        beats[:-1] += _greater(totals[:, :-1], totals[:, 1:], lines.noise).sum(axis=0)
        _count(rough, above.T // width)
        report(done / passes)
    reached = [-(-draws.number * each // 100) for each in PERCENTILES]
    np.cumsum(rough, axis=1, out=rough)
    found = [(rough < each).sum(axis=1) for each in reached]
    if width > 1:
        before = [np.where(at > 0, rough[np.arange(n), at - 1], 0) for at in found]
        fine = [np.zeros((n, width), np.int32) for _ in found]
        for done, totals in _drawn(framework, lines, draws):
            above = _above(totals, lines.noise)
            for counts, at in zip(fine, found, strict=True):
                _count(counts, above.T - width * at[:, None])
            report((1 + done) / passes)
        found = [
            width * at + (counts.cumsum(axis=1) < (each - past)[:, None]).sum(axis=1)
            for each, at, past, counts in zip(reached, found, before, fine, strict=True)
        ]
    low, median, high = (at + 1 for at in found)
    return Places(low, median, high, among / draws.number, beats / draws.number)


def _lines(framework: Framework, shares: FloatArray, units: IntArray) -> _Lines:
    plain, reweighted, missing = units.astype(np.float64), [], np.isnan(shares)
    full = np.array([each.full for each in framework.indicators], np.float64)
    for span, skipped in skipped_lines(framework, missing):
        rows = np.flatnonzero(skipped.any(axis=1))
        if rows.size:
            present = (~skipped[rows]).astype(np.float64)
            reweighted.append(_Reweighted(rows, span, full[span], plain[rows, span], present))
            plain[rows, span] = 0.0
    empty = passed_on(framework, missing)
    rows = np.flatnonzero(empty.any(axis=1))
    present = (~empty[rows][:, framework.dimension_of]).astype(np.float64)
    return _Lines(plain, reweighted, _PassedOn(rows, full, present))


def passed_on(framework: Framework, missing: BoolArray) -> BoolArray:
    """Say which dimensions, (applicants, dimensions), pass their points to the others."""
    empty = empty_dimensions(framework, missing)
    return empty if framework.empty is Empty.PASS_ON else np.zeros_like(empty)


def _drawn(framework: Framework, lines: _Lines, draws: Draws) -> Iterator[tuple[float, FloatArray]]:
    """Yield totals under some draws at a time, (draws, applicants), and the share drawn so far."""
    n, width = lines.units.shape
    grid = 2.0 ** max(16, min(24, 52 - framework.full.bit_length()))
    stream = np.random.Philox(key=draws.seed)
    step = max(TOTALS // max(n, width, 1), 1)
    for start in range(0, draws.number, step):
        number = min(step, draws.number - start)
        uniform = (stream.random_raw(number * width) >> np.uint64(11)) * 2.0**-53
        factors = np.rint((1.0 + draws.band * (2.0 * uniform - 1.0)) * grid)
        factors = np.maximum(factors, 1.0).reshape(number, width)
        yield (start + number) / draws.number, _totals(lines, factors)


def _totals(lines: _Lines, factors: FloatArray) -> FloatArray:
    """Weigh the lines anew; for a dimension with skipped lines by the drawn maxima in force.

    There a line's points s · w · W / L (share, weight, weights of all the dimension's lines and of
    those left) become s · w' · W' / L': its units times factor · (W' · L) / (L' · W). The quotient
    is exactly 1 where all factors are equal. Where empty dimensions pass their points on, the whole
    total is multiplied by such a quotient, of the weights of all lines and of those in the others.
    """
    totals = factors @ lines.units.T
    for each in lines.reweighted:
        ratio = _ratio(factors[:, each.span], each.full, each.present)
        totals[:, each.rows] += (factors[:, each.span] @ each.units.T) * ratio
    if lines.passed_on.rows.size:
        on = lines.passed_on
        totals[:, on.rows] *= _ratio(factors, on.full, on.present)
    return totals


def _ratio(factors: FloatArray, full: FloatArray, present: FloatArray) -> FloatArray:
    """Give by what drawn weights change what passes to the lines that are *present*.

    Of shape (draws, rows); 1 where none is, for there nothing is earned.
    """
    drawn = factors * full
    left, left_drawn = present @ full, drawn @ present.T
    ratio = np.ones_like(left_drawn)
    np.divide(
        drawn.sum(axis=1, keepdims=True) * left,
        left_drawn * full.sum(),
        out=ratio,
        where=left_drawn > 0,
    )
    return ratio


def _greater(left: FloatArray, right: FloatArray, noise: float) -> BoolArray:
    """Say which totals are greater by more than *noise*, a share of themselves, explains."""
    return left * (1.0 - noise) > right if noise else left > right


def _equal(left: FloatArray, right: FloatArray, noise: float) -> BoolArray:
    """Say of totals in descending order which are equal to the next, but for *noise*."""
    return ~_greater(left, right, noise) if noise else left == right


def _above(totals: FloatArray, noise: float) -> FlagArray:
    """Count for each total those of its row, a draw, that are greater."""
    order = np.argsort(-totals, axis=1)
    ordered = np.take_along_axis(totals, order, axis=1)
    above = np.broadcast_to(np.arange(totals.shape[1], dtype=np.int32), totals.shape)
    same = _equal(ordered[:, :-1], ordered[:, 1:], noise)
    if same.any():
        above = above.copy()
        above[:, 1:][same] = 0
        np.maximum.accumulate(above, axis=1, out=above)
    found = np.empty(totals.shape, np.int32)
    np.put_along_axis(found, order, above, axis=1)
    return found


def _count(counts: FlagArray, seen: FlagArray | IntArray) -> None:
    """Count in each row of *counts* what is seen in the same row of *seen*, if it is in range.

    Row after row, so that the counts being written stay in the processor's cache.
    """
    rows, width = counts.shape
    cells = np.ascontiguousarray(seen) + width * np.arange(rows)[:, None]
    if seen.size and (seen.min() < 0 or seen.max() >= width):
        cells = cells[(seen >= 0) & (seen < width)]
    np.add.at(counts.reshape(-1), cells.ravel(), np.int32(1))
