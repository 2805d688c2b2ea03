"""derive: measures → each indicator's raw value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.scoring.arrays import FlagArray, FloatArray
from shared.scoring.decimals import ratios, sums
from shared.scoring.flags import Flag
from shared.scoring.framework import Derivation, Framework
from shared.scoring.resolve import Resolved

CARRIED = ~int(Flag.MISSING)


@dataclass(frozen=True)
class Derived:
    """Each indicator's raw value: both arrays have shape (applicants, indicators).

    *values* are in the indicators' own units, NaN where missing, otherwise finite decimals of at
    most 15 digits; *flags* are bits of `Flag`, those of the measures that an indicator reads among
    them.
    """

    values: FloatArray
    flags: FlagArray


def derive(framework: Framework, resolved: Resolved) -> Derived:
    """Compute every indicator of *framework* from its measures.

    A value or distinct is the measure itself. A sum adds weight × measure over the parts that were
    reported; some missing are flagged, all missing is missing. A ratio is of / to × per; it is
    missing if either is, or if the denominator is 0. Both are computed as decimals are, and rounded
    once (`decimals`). A cap comes last, flagged where it cuts.
    """
    reads = framework.reads
    values = np.empty((resolved.values.shape[0], len(reads)), order="F")
    flags = _carried(resolved.flags, reads)
    for column, (indicator, read) in enumerate(zip(framework.indicators, reads, strict=True)):
        parts = [resolved.values[:, at] for at in read]
        values[:, column], flag = _derived(indicator.derivation, parts)
        if flag is not None:
            flags[:, column] |= flag
    flags |= np.isnan(values) * np.int32(Flag.MISSING)
    return Derived(values, flags)


def _carried(flags: FlagArray, reads: Sequence[Sequence[int]]) -> FlagArray:
    """Give each indicator the flags of the measures that it *reads*."""
    carried = flags.T[[first for first, *_ in reads]]
    for column, (_, *others) in enumerate(reads):
        for at in others:
            carried[column] |= flags[:, at]
    return (carried & CARRIED).T


def _derived(
    derivation: Derivation, parts: Sequence[FloatArray]
) -> tuple[FloatArray, FlagArray | None]:
    value: FloatArray
    flag: FlagArray | None
    match derivation.kind:
        case "sum":
            value, flag = _sum(parts, [weight for _, weight in derivation.terms])
        case "ratio":
            value, flag = _ratio(parts[0], parts[1], derivation.per)
        case _:
            value, flag = parts[0], None
    if derivation.cap is None:
        return value, flag
    cut = np.where(value > derivation.cap, np.int32(Flag.CAPPED), np.int32(0))
    return np.minimum(value, derivation.cap), cut if flag is None else flag | cut


def _sum(parts: Sequence[FloatArray], weights: Sequence[float]) -> tuple[FloatArray, FlagArray]:
    missing = np.add.reduce([np.isnan(part) for part in parts], dtype=np.int64)
    partial = np.where(missing > 0, np.int32(Flag.PARTIAL), np.int32(0))
    nothing = missing == len(parts)
    return np.where(nothing, np.nan, sums(parts, weights)), np.where(nothing, np.int32(0), partial)


def _ratio(of: FloatArray, to: FloatArray, per: float) -> tuple[FloatArray, FlagArray]:
    zero = np.where(to == 0, np.int32(Flag.ZERO_DENOMINATOR), np.int32(0))
    return ratios(of, to, per), zero
